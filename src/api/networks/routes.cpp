#include "api/networks/routes.hpp"

#include "api/networks/handlers.hpp"

namespace dhow::api::networks {

std::vector<http::Route> routes(engine::Engine& engine) {
    using enum http::Method;
    using Function = Task<void> (*)(engine::Engine&, Exchange&);
    auto to = [&engine](Function function) {
        return [&engine, function](Exchange& exchange) { return function(engine, exchange); };
    };
    return {
        {get, "/networks", to(list)},
        {get, "/networks/", to(list)},
        {post, "/networks/create", to(create)},
        {post, "/networks/prune", to(prune)},
        {post, "/networks/{name}/connect", to(connect)},
        {post, "/networks/{name}/disconnect", to(disconnect)},
        {get, "/networks/{name}", to(inspect)},
        {delete_, "/networks/{name}", to(remove)},
    };
}

}  // namespace dhow::api::networks
