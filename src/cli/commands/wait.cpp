#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"

namespace dhow::cli {

namespace {

int wait(Session& session, const Arguments& arguments) {
    return session.for_each(arguments.positional(), [&](const std::string& name) {
        auto answer = session.client().post(container_path(name, "/wait"));
        if (auto failure = string_at(answer, "Error.Message"); !failure.empty())
            throw Unavailable("{}", failure);
        session.print("{}\n", integer_at(answer, "StatusCode"));
        session.flush();
        return std::optional<std::string>();
    });
}

}  // namespace

constinit const Command wait_command{
    .name = "wait",
    .usage = "CONTAINER [CONTAINER...]",
    .summary = "Block until one or more containers stop, then print their exit codes",
    .options = {},
    .arity = {1, -1},
    .run = wait,
    .completes = Completes::running_containers,
    .aliases = "dhow container wait, dhow wait",
};

}  // namespace dhow::cli
