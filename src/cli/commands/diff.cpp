#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"

namespace dhow::cli {

namespace {

int diff(Session& session, const Arguments& arguments) {
    const auto& name = arguments.positional().at(0);
    auto changes = session.client().get(container_path(name, "/changes"));
    if (!changes.is_array()) return 0;
    constexpr std::string_view letters = "CAD";  // changed, added, deleted: in the order of their numbers
    for (const auto& change : changes.get_array()) {
        auto kind = static_cast<std::size_t>(integer_at(change, "Kind"));
        if (kind < letters.size()) session.print("{} {}\n", letters[kind], string_at(change, "Path"));
    }
    return 0;
}

}  // namespace

constinit const Command diff_command{
    .name = "diff",
    .usage = "CONTAINER",
    .summary = "Inspect changes to files or directories on a container's filesystem",
    .options = {},
    .arity = {1, 1},
    .run = diff,
    .completes = Completes::containers,
    .aliases = "dhow container diff, dhow diff",
};

}  // namespace dhow::cli
