#include "api/images/routes.hpp"

#include "api/images/handlers.hpp"
#include "api/refusal.hpp"

namespace dhow::api::images {

std::vector<http::Route> routes(engine::Engine& engine) {
    using enum http::Method;
    using Function = Task<void> (*)(engine::Engine&, Exchange&);
    auto to = [&engine](Function function) {
        return [&engine, function](Exchange& exchange) { return function(engine, exchange); };
    };
    return {
        {get, "/images/json", to(list)},
        {get, "/images/get", to(save_many)},
        {post, "/images/create", to(create)},
        {post, "/images/load", to(load)},
        {post, "/images/prune", to(prune)},
        refused(get, "/images/search", "searching registries is not available in this release of dhow"),
        {get, "/images/{name}/json", to(inspect)},
        {get, "/images/{name}/history", to(history)},
        {get, "/images/{name}/get", to(save_one)},
        {post, "/images/{name}/tag", to(tag)},
        refused(post, "/images/{name}/push", "pushing images is not available in this release of dhow"),
        {delete_, "/images/{name}", to(remove)},
    };
}

}  // namespace dhow::api::images
