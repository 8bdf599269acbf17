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
    return {
        {get, "/containers/json", to(list)},
        {post, "/containers/create", to(create)},
        {post, "/containers/prune", to(prune)},
        {get, "/containers/{name}/json", to(inspect)},
        {get, "/containers/{name}/top", to(top)},
        {get, "/containers/{name}/logs", to(logs)},
        {get, "/containers/{name}/stats", to(stats)},
        {get, "/containers/{name}/changes", to(changes)},
        {get, "/containers/{name}/export", to(export_root)},
        {head, "/containers/{name}/archive", to(stat_path)},
        {get, "/containers/{name}/archive", to(read_archive)},
        {put, "/containers/{name}/archive", to(write_archive)},
        {post, "/commit", to(commit)},
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
        refused(get, "/containers/{name}/checkpoints",
                "checkpoints are not available in this release of dhow"),
        refused(post, "/containers/{name}/checkpoints",
                "checkpoints are not available in this release of dhow"),
    };
}

}  // namespace dhow::api::containers
