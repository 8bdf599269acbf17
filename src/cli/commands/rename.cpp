#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"

namespace dhow::cli {

namespace {

int rename(Session& session, const Arguments& arguments) {
    auto trimmed = [](std::string_view text) {
        while (text.starts_with(' ')) text.remove_prefix(1);
        while (text.ends_with(' ')) text.remove_suffix(1);
        return text;
    };
    auto from = trimmed(arguments[0]);
    auto to = trimmed(arguments[1]);
    if (from.empty() || to.empty()) throw Exit(1, "Error: Neither old nor new names may be empty");
    try {
        session.client().post(client::Target(container_path(from, "/rename")).add("name", to).take());
    } catch (const client::DaemonError& error) {
        session.error(message_of(error));
        throw Exit(1, fmt::format("Error: failed to rename container named {}", from));
    }
    return 0;
}

}  // namespace

constinit const Command rename_command{
    .name = "rename",
    .usage = "CONTAINER NEW_NAME",
    .summary = "Rename a container",
    .options = {},
    .arity = {2, 2},
    .run = rename,
    .completes = Completes::containers,
    .aliases = "dhow container rename, dhow rename",
};

}  // namespace dhow::cli
