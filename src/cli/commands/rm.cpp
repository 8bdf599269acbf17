#include <array>

#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    flag("force", 'f', "Remove a running container too (uses SIGKILL)"),
    flag("link", 'l', "Remove the link that is named"),
    flag("volumes", 'v', "Remove the container's anonymous volumes as well"),
};

int rm(Session& session, const Arguments& arguments) {
    bool force = arguments.flag("force");
    auto request_of = [&](const std::string& given) {
        std::string_view name = given;
        while (name.starts_with('/')) name.remove_prefix(1);
        if (name.empty()) throw InvalidArgument("Container name cannot be empty");
        client::Target target(container_path(name));
        target.add_if(force, "force", "1").add_if(arguments.flag("link"), "link", "1");
        target.add_if(arguments.flag("volumes"), "v", "1");
        return client::Request{.method = "DELETE", .target = target.take()};
    };
    // With -f what is not there counts as removed: its message is shown, the status stays 0.
    auto matters = [&](const Error& error) { return !force || error.kind() != ErrorKind::not_found; };
    return session.ask_for_each(arguments.positional(), request_of, matters);
}

}  // namespace

constinit const Command rm_command{
    .name = "rm",
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .summary = "Remove one or more containers",
    .options = options,
    .arity = {1, -1},
    .run = rm,
    .completes = Completes::containers,
    .aliases = "dhow container rm, dhow container remove, dhow rm",
    .more_names = "remove",
};

}  // namespace dhow::cli
