#include <array>

#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{flag("force", 'f', "Count networks that are not there as removed")};

int rm(Session& session, const Arguments& arguments) {
    int status = 0;
    for (const auto& name : arguments.positional()) {
        try {
            session.client().remove("/networks/" + client::escape(name));
            session.print("{}\n", name);
        } catch (const Error& error) {
            if (arguments.flag("force") && error.kind() == ErrorKind::not_found) continue;
            session.error(message_of(error));
            session.error("exit status 1");
            status = 1;
        }
    }
    return status;
}

}  // namespace

constinit const Command network_rm_command{
    .name = "rm",
    .usage = "NETWORK [NETWORK...]",
    .summary = "Remove one or more networks",
    .options = options,
    .arity = {1, -1},
    .run = rm,
    .completes = Completes::networks,
    .aliases = "dhow network rm, dhow network remove",
    .more_names = "remove",
};

}  // namespace dhow::cli
