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
    auto remove = [&](const std::string& given) {
        std::string_view name = given;
        while (name.starts_with('/')) name.remove_prefix(1);
        if (name.empty()) throw InvalidArgument("Container name cannot be empty");
        client::Target target(container_path(name));
        target.add_if(force, "force", "1").add_if(arguments.flag("link"), "link", "1");
        target.add_if(arguments.flag("volumes"), "v", "1");
        session.client().remove(target.take());
        return std::optional(given);
    };
    if (!force) return session.for_each(arguments.positional(), remove);
    // With -f what is not there counts as removed: its message is shown, the status stays 0.
    int status = 0;
    for (const auto& name : arguments.positional()) {
        try {
            session.print("{}\n", *remove(name));
        } catch (const Error& error) {
            session.error(message_of(error));
            if (error.kind() != ErrorKind::not_found) status = 1;
        }
    }
    return status;
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
