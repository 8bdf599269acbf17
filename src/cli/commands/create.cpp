#include "cli/commands/commands.hpp"
#include "cli/commands/new_container.hpp"
#include "cli/create/body.hpp"
#include "cli/create/flags.hpp"

namespace dhow::cli {

namespace {

int create(Session& session, const Arguments& arguments) {
    auto body = create_body(arguments);
    try {
        session.print("{}\n", make_container(session, arguments, body));
        return 0;
    } catch (const Exit&) {
        throw;
    } catch (const Error& error) {
        throw Exit(1, message_of(error));
    }
}

}  // namespace

constinit const Command create_command{
    .name = "create",
    .usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
    .summary = "Create a new container",
    .options = container_options,
    .arity = {1, -1},
    .run = create,
    .completes = Completes::images,
    .aliases = "dhow container create, dhow create",
    .options_first = true,
    .errors_are_its_own = true,
};

}  // namespace dhow::cli
