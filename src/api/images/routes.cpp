#include "api/images/routes.hpp"

#include "api/images/handlers.hpp"

namespace dhow::api::images {

std::vector<http::Route> routes(engine::Engine& engine) {
    using enum http::Method;
    using Function = Task<void> (*)(engine::Engine&, Exchange&);
    auto to = [&engine](Function function) {
        return [&engine, function](Exchange& exchange) { return function(engine, exchange); };
    };
    return {
        {get, "/images/json", to(list)},           {get, "/images/get", to(save_many)},
        {post, "/images/load", to(load)},          {post, "/images/prune", to(prune)},
        {get, "/images/{name}/json", to(inspect)}, {get, "/images/{name}/history", to(history)},
        {get, "/images/{name}/get", to(save_one)}, {post, "/images/{name}/tag", to(tag)},
        {delete_, "/images/{name}", to(remove)},
    };
}

}  // namespace dhow::api::images
