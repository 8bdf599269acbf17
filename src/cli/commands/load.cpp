#include <array>

#include <unistd.h>

#include "cli/commands/archive.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/format/progress.hpp"
#include "cli/terminal/raw_mode.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    completing(text("input", 'i', "Read from a file instead of STDIN"), Completes::files),
    list("platform", 0, "Load one platform's variant alone (os/arch[/variant])"),
    flag("quiet", 'q', "Do not show the progress"),
};

int load(Session& session, const Arguments& arguments) {
    std::string input(arguments.text("input"));
    if (input.empty() && is_terminal(STDIN_FILENO))
        throw Exit(1, "requested load from stdin, but stdin is empty");
    bool quiet = arguments.flag("quiet") || !is_terminal(STDOUT_FILENO);
    client::Target target("/images/load");
    target.add("quiet", quiet ? "1" : "0");
    for (const auto& platform : arguments.list("platform")) target.add("platform", platform);
    auto connection = send_archive(session, {.method = "POST", .target = target.take()}, input);
    show_progress(client::JsonStream(std::move(connection)), STDOUT_FILENO);
    return 0;
}

}  // namespace

constinit const Command load_command{
    .name = "load",
    .usage = "[OPTIONS]",
    .summary = "Load an image from a tar archive or STDIN",
    .options = options,
    .arity = {0, 0},
    .run = load,
    .aliases = "dhow image load, dhow load",
};

}  // namespace dhow::cli
