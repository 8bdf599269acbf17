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
    list("platform", 0, "Save one platform's variant alone (os/arch[/variant])"),
};

int save(Session& session, const Arguments& arguments) {
    std::string output(arguments.text("output"));
    if (output.empty() && is_terminal(STDOUT_FILENO))
        throw Exit(1, "cowardly refusing to save to a terminal. Use the -o flag or redirect");
    client::Target target("/images/get");
    for (const auto& name : arguments.positional()) target.add("names", name);
    for (const auto& platform : arguments.list("platform")) target.add("platform", platform);
    receive_archive(session.client().call({.method = "GET", .target = target.take()}), output);
    return 0;
}

}  // namespace

constinit const Command save_command{
    .name = "save",
    .usage = "[OPTIONS] IMAGE [IMAGE...]",
    .summary = "Save one or more images to a tar archive (streamed to STDOUT by default)",
    .options = options,
    .arity = {1, -1},
    .run = save,
    .completes = Completes::images,
    .aliases = "dhow image save, dhow save",
};

}  // namespace dhow::cli
