#include <array>

#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{text("signal", 's', "Signal to send to the container")};

int kill(Session& session, const Arguments& arguments) {
    return session.ask_for_each(arguments.positional(), [&](const std::string& name) {
        client::Target target(container_path(name, "/kill"));
        target.add_if(arguments.has("signal"), "signal", arguments.text("signal"));
        return client::Request{.method = "POST", .target = target.take()};
    });
}

}  // namespace

constinit const Command kill_command{
    .name = "kill",
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .summary = "Kill one or more running containers",
    .options = options,
    .arity = {1, -1},
    .run = kill,
    .completes = Completes::running_containers,
    .aliases = "dhow container kill, dhow kill",
};

}  // namespace dhow::cli
