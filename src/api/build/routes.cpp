#include "api/build/routes.hpp"

#include "api/build/buildkit.hpp"
#include "api/build/handlers.hpp"

namespace dhow::api::build {

std::vector<http::Route> routes(engine::Engine& engine, dhow::build::Builder& builder) {
    using enum http::Method;
    auto build_image = [&engine, &builder](http::Exchange& exchange) {
        return build(engine, builder, exchange);
    };
    auto face = std::make_shared<BuildKit>(engine, builder);
    auto prune_cache = [&builder, face](http::Exchange& exchange) {
        face->forget_contexts();
        return prune(builder, exchange);
    };
    auto grpc = [face](http::Exchange& exchange) { return face->grpc(exchange); };
    auto session = [face](http::Exchange& exchange) { return face->session(exchange); };
    return {
        {post, "/build", build_image},
        {post, "/build/prune", prune_cache},
        {post, "/grpc", grpc},
        {post, "/session", session},
    };
}

}  // namespace dhow::api::build
