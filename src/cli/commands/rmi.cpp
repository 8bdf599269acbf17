#include <array>

#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    flag("force", 'f', "Remove the image even if containers use it or it has several names"),
    flag("no-prune", 0, "Keep parents that have no name"),
    list("platform", 0, "Remove one platform's variant alone (os/arch[/variant])"),
};

int rmi(Session& session, const Arguments& arguments) {
    bool force = arguments.flag("force");
    std::vector<std::string> failures;
    bool fatal = false;
    for (const auto& name : arguments.positional()) {
        client::Target target("/images/" + client::escape_path(name));
        target.add_if(force, "force", "1").add_if(arguments.flag("no-prune"), "noprune", "1");
        for (const auto& platform : arguments.list("platform")) target.add("platforms", platform);
        try {
            auto done = session.client().remove(target.take());
            if (!done.is_array()) continue;
            for (const auto& step : done.get_array()) {
                auto deleted = string_at(step, "Deleted");
                if (!deleted.empty())
                    session.print("Deleted: {}\n", deleted);
                else
                    session.print("Untagged: {}\n", string_at(step, "Untagged"));
            }
        } catch (const Error& error) {
            failures.push_back(message_of(error));
            fatal = fatal || !force || error.kind() != ErrorKind::not_found;
        }
    }
    if (!failures.empty()) session.error(join(failures, "\n"));
    return fatal ? 1 : 0;
}

constexpr Command command{
    .name = "rmi",
    .usage = "[OPTIONS] IMAGE [IMAGE...]",
    .summary = "Remove one or more images",
    .options = options,
    .arity = {1, -1},
    .run = rmi,
    .completes = Completes::images,
    .aliases = "dhow image rm, dhow image remove, dhow rmi",
};

constexpr Command in_group() {
    auto renamed = command;
    renamed.name = "rm";
    renamed.more_names = "remove";
    return renamed;
}

}  // namespace

constinit const Command rmi_command = command;
constinit const Command image_rm_command = in_group();

}  // namespace dhow::cli
