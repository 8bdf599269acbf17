#include "api/system/routes.hpp"

#include "api/refusal.hpp"
#include "api/system/handlers.hpp"

namespace dhow::api::system {

namespace {

/// A node that is in no swarm answers so; clients ask to find out.
http::Route not_in_a_swarm(http::Method method, std::string pattern) {
    auto handler = [](http::Exchange&) -> Task<void> {
        throw Unavailable(
            "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect "
            "this "
            "node to swarm and try again.");
    };
    return http::Route{method, std::move(pattern), handler};
}

}  // namespace

std::vector<http::Route> routes(engine::Engine& engine) {
    using enum http::Method;
    using Function = Task<void> (*)(engine::Engine&, Exchange&);
    auto to = [&engine](Function function) {
        return [&engine, function](Exchange& exchange) { return function(engine, exchange); };
    };
    return {
        {get, "/_ping", ping},
        {head, "/_ping", ping},
        {options, "/{name}", answer_options},
        {get, "/version", to(version)},
        {get, "/info", to(info)},
        {get, "/events", to(events)},
        {get, "/system/df", to(disk_usage)},
        refused(get, "/plugins", "plugins are not available in dhow"),
        not_in_a_swarm(get, "/swarm"),
        not_in_a_swarm(get, "/nodes"),
        not_in_a_swarm(get, "/services"),
        not_in_a_swarm(get, "/tasks"),
        not_in_a_swarm(get, "/secrets"),
        not_in_a_swarm(get, "/configs"),
        not_in_a_swarm(post, "/services/create"),
        not_in_a_swarm(post, "/secrets/create"),
        not_in_a_swarm(post, "/configs/create"),
        not_in_a_swarm(post, "/swarm/leave"),
        refused(post, "/swarm/init", "clusters are not available in this release of dhow"),
        refused(post, "/swarm/join", "clusters are not available in this release of dhow"),
    };
}

}  // namespace dhow::api::system
