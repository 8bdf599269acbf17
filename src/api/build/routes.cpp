#include "api/build/routes.hpp"

#include "api/build/handlers.hpp"

namespace dhow::api::build {

std::vector<http::Route> routes(engine::Engine& engine, dhow::build::Builder& builder) {
    using enum http::Method;
    auto build_image = [&engine, &builder](http::Exchange& exchange) {
        return build(engine, builder, exchange);
    };
    auto prune_cache = [&builder](http::Exchange& exchange) { return prune(builder, exchange); };
    return {
        {post, "/build", build_image},
        {post, "/build/prune", prune_cache},
    };
}

}  // namespace dhow::api::build
