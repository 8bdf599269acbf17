#include "api/build/routes.hpp"

#include "api/build/buildkit.hpp"
#include "api/build/handlers.hpp"

namespace dhow::api::build {

std::vector<http::Route> routes(engine::Engine& engine, engine::Registries& registries,
                                dhow::build::Builder& builder) {
    using enum http::Method;
    auto agents = std::make_shared<AgentLines>(builder.services().executor);
    auto contexts = std::make_shared<ContextLines>(builder);
    auto build_image = [&engine, &builder, agents, contexts](http::Exchange& exchange) {
        return build(Place{engine, builder, *agents, *contexts}, exchange);
    };
    auto context = [contexts](http::Exchange& exchange) { return contexts->serve(exchange); };
    auto agent = [agents](http::Exchange& exchange) { return agents->serve(exchange); };
    auto send_output = [&builder](http::Exchange& exchange) { return output(builder, exchange); };
    auto send_cache = [&builder](http::Exchange& exchange) { return cache(builder, exchange); };
    auto face = std::make_shared<BuildKit>(engine, registries, builder);
    auto prune_cache = [&engine, &builder, agents, contexts](http::Exchange& exchange) {
        return prune(Place{engine, builder, *agents, *contexts}, exchange);
    };
    auto grpc = [face](http::Exchange& exchange) { return face->grpc(exchange); };
    auto session = [face](http::Exchange& exchange) { return face->session(exchange); };
    return {
        {post, "/build", build_image},
        {post, "/build/agent", agent},
        {post, "/build/context", context},
        {post, "/build/prune", prune_cache},
        {get, "/build/output", send_output},
        {get, "/build/cache", send_cache},
        {post, "/grpc", grpc},
        {post, "/session", session},
    };
}

}  // namespace dhow::api::build
