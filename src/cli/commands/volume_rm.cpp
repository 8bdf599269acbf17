#include <array>

#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{flag("force", 'f', "Count volumes that are not there as removed")};

int rm(Session& session, const Arguments& arguments) {
    return session.for_each(arguments.positional(), [&](const std::string& name) {
        client::Target target("/volumes/" + client::escape(name));
        session.client().remove(target.add_if(arguments.flag("force"), "force", "1").take());
        return std::optional(name);
    });
}

}  // namespace

constinit const Command volume_rm_command{
    .name = "rm",
    .usage = "[OPTIONS] VOLUME [VOLUME...]",
    .summary = "Remove one or more volumes",
    .options = options,
    .arity = {1, -1},
    .run = rm,
    .completes = Completes::volumes,
    .aliases = "dhow volume rm, dhow volume remove",
    .more_names = "remove",
};

}  // namespace dhow::cli
