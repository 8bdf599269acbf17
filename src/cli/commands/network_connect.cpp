// network connect and disconnect.

#include <array>

#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/create/checks.hpp"
#include "cli/create/parts.hpp"

namespace dhow::cli {

namespace {

constexpr std::array connect_options{
    list("alias", 0, "Another name for the container in the network"),
    list("driver-opt", 0, "Set options of the network's driver", check_key_value),
    value("gw-priority", 0, "int", "The network with the highest one gives the default gateway",
          check_integer),
    value("ip", 0, "ip", "IPv4 address (e.g., \"172.30.100.104\")", check_ip),
    value("ip6", 0, "ip", "IPv6 address (e.g., \"2001:db8::33\")", check_ip),
    list("link", 0, "Link to another container", check_link),
    list("link-local-ip", 0, "Link-local addresses of the container"),
};
constexpr std::array disconnect_options{flag("force", 'f', "Disconnect whatever the container's state")};

int connect(Session& session, const Arguments& arguments) {
    wire::EndpointSettings settings;
    settings.aliases = arguments.list("alias");
    settings.links = arguments.list("link");
    settings.driver_opts = to_map(arguments.list("driver-opt"));
    settings.gw_priority = arguments.integer("gw-priority");
    auto local = arguments.list("link-local-ip");
    if (arguments.has("ip") || arguments.has("ip6") || !local.empty())
        settings.ipam_config = {std::string(arguments.text("ip")), std::string(arguments.text("ip6")), local};
    json::Object body{{"Container", arguments[1]}, {"EndpointConfig", json::to(settings)}};
    session.client().post("/networks/" + client::escape(arguments[0]) + "/connect", body);
    return 0;
}

int disconnect(Session& session, const Arguments& arguments) {
    json::Object body{{"Container", arguments[1]}, {"Force", arguments.flag("force")}};
    session.client().post("/networks/" + client::escape(arguments[0]) + "/disconnect", body);
    return 0;
}

}  // namespace

constinit const Command network_connect_command{
    .name = "connect",
    .usage = "[OPTIONS] NETWORK CONTAINER",
    .summary = "Connect a container to a network",
    .options = connect_options,
    .arity = {2, 2},
    .run = connect,
    .completes = Completes::networks,
};

constinit const Command network_disconnect_command{
    .name = "disconnect",
    .usage = "[OPTIONS] NETWORK CONTAINER",
    .summary = "Disconnect a container from a network",
    .options = disconnect_options,
    .arity = {2, 2},
    .run = disconnect,
    .completes = Completes::networks,
};

}  // namespace dhow::cli
