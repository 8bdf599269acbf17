// pause and unpause.

#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"

namespace dhow::cli {

namespace {

int post_each(Session& session, const Arguments& arguments, std::string_view verb) {
    return session.ask_for_each(arguments.positional(), [&](const std::string& name) {
        return client::Request{.method = "POST", .target = container_path(name, verb)};
    });
}

int pause(Session& session, const Arguments& arguments) { return post_each(session, arguments, "/pause"); }
int unpause(Session& session, const Arguments& arguments) {
    return post_each(session, arguments, "/unpause");
}

}  // namespace

constinit const Command pause_command{
    .name = "pause",
    .usage = "CONTAINER [CONTAINER...]",
    .summary = "Pause all processes within one or more containers",
    .options = {},
    .arity = {1, -1},
    .run = pause,
    .completes = Completes::running_containers,
    .aliases = "dhow container pause, dhow pause",
};

constinit const Command unpause_command{
    .name = "unpause",
    .usage = "CONTAINER [CONTAINER...]",
    .summary = "Unpause all processes within one or more containers",
    .options = {},
    .arity = {1, -1},
    .run = unpause,
    .completes = Completes::running_containers,
    .aliases = "dhow container unpause, dhow unpause",
};

}  // namespace dhow::cli
