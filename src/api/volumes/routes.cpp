#include "api/volumes/routes.hpp"

#include "api/volumes/handlers.hpp"

namespace dhow::api::volumes {

std::vector<http::Route> routes(engine::Engine& engine) {
    using enum http::Method;
    using Function = Task<void> (*)(engine::Engine&, Exchange&);
    auto to = [&engine](Function function) {
        return [&engine, function](Exchange& exchange) { return function(engine, exchange); };
    };
    return {
        {get, "/volumes", to(list)},
        {post, "/volumes/create", to(create)},
        {post, "/volumes/prune", to(prune)},
        {get, "/volumes/{name}", to(inspect)},
        {delete_, "/volumes/{name}", to(remove)},
    };
}

}  // namespace dhow::api::volumes
