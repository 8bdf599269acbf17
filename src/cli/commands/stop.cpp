// stop and restart: the same options, the same shape.

#include <array>

#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"

namespace dhow::cli {

namespace {

constexpr Option timeout_option =
    value("timeout", 't', "int", "Seconds to wait before the container is killed", check_integer);

constexpr std::array options{
    text("signal", 's', "Signal to send to the container"),
    timeout_option,
    alias("time", timeout_option),
};

int end(Session& session, const Arguments& arguments, std::string_view verb) {
    return session.ask_for_each(arguments.positional(), [&](const std::string& name) {
        client::Target target(container_path(name, verb));
        target.add_if(arguments.has("signal"), "signal", arguments.text("signal"));
        target.add_if(arguments.has("timeout"), "t", arguments.text("timeout"));
        return client::Request{.method = "POST", .target = target.take()};
    });
}

int stop(Session& session, const Arguments& arguments) { return end(session, arguments, "/stop"); }
int restart(Session& session, const Arguments& arguments) { return end(session, arguments, "/restart"); }

}  // namespace

constinit const Command stop_command{
    .name = "stop",
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .summary = "Stop one or more running containers",
    .options = options,
    .arity = {1, -1},
    .run = stop,
    .completes = Completes::running_containers,
    .aliases = "dhow container stop, dhow stop",
};

constinit const Command restart_command{
    .name = "restart",
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .summary = "Restart one or more containers",
    .options = options,
    .arity = {1, -1},
    .run = restart,
    .completes = Completes::containers,
    .aliases = "dhow container restart, dhow restart",
};

}  // namespace dhow::cli
