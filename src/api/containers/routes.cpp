#include "api/containers/routes.hpp"

#include "api/containers/handlers.hpp"
#include "api/refusal.hpp"

namespace dhow::api::containers {

std::vector<http::Route> routes(engine::Engine& engine) {
    using enum http::Method;
    using Function = Task<void> (*)(engine::Engine&, Exchange&);
    auto to = [&engine](Function function) {
        return [&engine, function](Exchange& exchange) { return function(engine, exchange); };
    };
    const std::string no_copy = "copying files of a container is not available in this release of dhow";
    return {
        {get, "/containers/json", to(list)},
        {post, "/containers/create", to(create)},
        {post, "/containers/prune", to(prune)},
        {get, "/containers/{name}/json", to(inspect)},
        {get, "/containers/{name}/top", to(top)},
        {get, "/containers/{name}/logs", to(logs)},
        {get, "/containers/{name}/stats", to(stats)},
        {get, "/containers/{name}/changes", to(changes)},
        {post, "/containers/{name}/start", to(start)},
        {post, "/containers/{name}/stop", to(stop)},
        {post, "/containers/{name}/restart", to(restart)},
        {post, "/containers/{name}/kill", to(kill)},
        {post, "/containers/{name}/pause", to(pause)},
        {post, "/containers/{name}/unpause", to(unpause)},
        {post, "/containers/{name}/rename", to(rename)},
        {post, "/containers/{name}/resize", to(resize)},
        {post, "/containers/{name}/update", to(update)},
        {post, "/containers/{name}/wait", to(wait)},
        {post, "/containers/{name}/attach", to(attach)},
        {delete_, "/containers/{name}", to(remove)},
        refused(get, "/containers/{name}/attach/ws",
                "attaching over a WebSocket is not available: use POST /containers/{id}/attach"),
        refused(get, "/containers/{name}/export",
                "exporting a container is not available in this release of dhow"),
        refused(get, "/containers/{name}/archive", no_copy),
        refused(head, "/containers/{name}/archive", no_copy),
        refused(put, "/containers/{name}/archive", no_copy),
        refused(get, "/containers/{name}/checkpoints",
                "checkpoints are not available in this release of dhow"),
        refused(post, "/containers/{name}/checkpoints",
                "checkpoints are not available in this release of dhow"),
        refused(post, "/commit",
                "committing a container to an image is not available in this release of dhow"),
    };
}

}  // namespace dhow::api::containers
