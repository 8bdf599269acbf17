#include <array>

#include <unistd.h>

#include "cli/commands/archive.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/terminal/raw_mode.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    completing(text("output", 'o', "Write to a file instead of STDOUT"), Completes::files),
};

int export_container(Session& session, const Arguments& arguments) {
    std::string output(arguments.text("output"));
    if (output.empty() && is_terminal(STDOUT_FILENO))
        throw Exit(1, "cowardly refusing to save to a terminal. Use the -o flag or redirect");
    auto target = container_path(arguments[0], "/export");
    receive_archive(session.client().call({.method = "GET", .target = target}), output);
    return 0;
}

}  // namespace

constinit const Command export_command{
    .name = "export",
    .usage = "[OPTIONS] CONTAINER",
    .summary = "Export a container's filesystem as a tar archive",
    .options = options,
    .arity = {1, 1},
    .run = export_container,
    .completes = Completes::containers,
    .aliases = "dhow container export, dhow export",
};

}  // namespace dhow::cli
