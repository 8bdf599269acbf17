#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/format/tabwriter.hpp"

namespace dhow::cli {

namespace {

std::string line_of(const json::Array& cells) {
    std::vector<std::string> texts;
    for (const auto& cell : cells)
        texts.push_back(cell.is_string() ? std::string(cell.get_string().c_str()) : "");
    return join(texts, "\t") + "\n";
}

int top(Session& session, const Arguments& arguments) {
    const auto& words = arguments.positional();
    auto ps_options = join({words.begin() + 1, words.end()}, " ");
    client::Target target(container_path(words[0], "/top"));
    target.add_if(!ps_options.empty(), "ps_args", ps_options);
    auto processes = session.client().get(target.take());
    auto text = line_of(array_at(processes, "Titles"));
    for (const auto& process : array_at(processes, "Processes"))
        if (process.is_array()) text += line_of(process.get_array());
    session.write(align_columns(text, 20, 3));
    return 0;
}

}  // namespace

constinit const Command top_command{
    .name = "top",
    .usage = "CONTAINER [ps OPTIONS]",
    .summary = "Display the running processes of a container",
    .options = {},
    .arity = {1, -1},
    .run = top,
    .completes = Completes::running_containers,
    .aliases = "dhow container top, dhow top",
    .options_first = true,
};

}  // namespace dhow::cli
