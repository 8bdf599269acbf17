// Commands of docker's that this release lacks: their names are known, so that the answer is one clear
// sentence rather than "unknown command".

#include <array>

#include "cli/commands/commands.hpp"
#include "cli/session.hpp"

namespace dhow::cli {

namespace {

template <const char* Command, const char* Advice>
int refuse(Session&, const Arguments&) {
    throw Exit(1, fmt::format("dhow: '{}' is not in this release of dhow: {}", Command, Advice));
}

constexpr char commit_name[] = "commit", cp_name[] = "cp", export_name[] = "export";
constexpr char image_advice[] = "write a Dockerfile and use 'dhow build'";
constexpr char copy_advice[] = "use a bind mount (-v), or tar through 'dhow exec -i'";

constexpr Command make(std::string_view name, std::string_view summary, Run run) {
    // Options belong to the command that is not there: all words are taken as arguments.
    return {.name = name,
            .usage = "[ARG...]",
            .summary = summary,
            .options = {},
            .arity = {0, -1},
            .run = run,
            .takes_anything = true};
}

}  // namespace

constinit const Command commit_command =
    make("commit", "Create a new image from a container's changes (not in this release)",
         refuse<commit_name, image_advice>);
constinit const Command cp_command = make(
    "cp", "Copy files between a container and this host (not in this release)", refuse<cp_name, copy_advice>);
constinit const Command export_command =
    make("export", "Export a container's files as a tar archive (not in this release)",
         refuse<export_name, copy_advice>);

}  // namespace dhow::cli
