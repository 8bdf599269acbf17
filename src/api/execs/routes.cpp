#include "api/execs/routes.hpp"

#include "api/execs/handlers.hpp"

namespace dhow::api::execs {

std::vector<http::Route> routes(engine::Engine& engine) {
    using enum http::Method;
    using Function = Task<void> (*)(engine::Engine&, Exchange&);
    auto to = [&engine](Function function) {
        return [&engine, function](Exchange& exchange) { return function(engine, exchange); };
    };
    return {
        {post, "/containers/{name}/exec", to(create)},
        {post, "/exec/{name}/start", to(start)},
        {post, "/exec/{name}/resize", to(resize)},
        {get, "/exec/{name}/json", to(inspect)},
    };
}

}  // namespace dhow::api::execs
