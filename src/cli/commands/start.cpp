#include <array>

#include "cli/commands/attachment.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/terminal/detach_keys.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    flag("attach", 'a', "Attach STDOUT and STDERR, and pass signals on"),
    text("detach-keys", 0, "The keys that leave the container running in the background"),
    flag("interactive", 'i', "Attach the container's STDIN"),
};

int start_attached(Session& session, const Arguments& arguments) {
    const auto& names = arguments.positional();
    if (names.size() > 1) throw Exit(1, "you cannot start and attach multiple containers at once");
    auto& client = session.client();
    auto details = client.get(container_path(names[0], "/json"));
    AttachPlan plan{.in = arguments.flag("interactive") && bool_at(details, "Config.OpenStdin"),
                    .tty = bool_at(details, "Config.Tty"),
                    .detach_keys = std::string(arguments.text("detach-keys"))};
    check_terminal(plan);
    auto id = string_at(details, "Id");
    Attachment attached(session, id, plan, !plan.tty);
    attached.open(bool_at(details, "HostConfig.AutoRemove") ? "removed" : "next-exit");
    client.post(container_path(id, "/start"));
    auto outcome = attached.follow();
    if (!outcome.error.empty()) session.error(outcome.error);
    return outcome.status;
}

int start(Session& session, const Arguments& arguments) {
    parse_detach_keys(arguments.has("detach-keys") ? arguments.text("detach-keys") : default_detach_keys);
    if (arguments.flag("attach") || arguments.flag("interactive")) return start_attached(session, arguments);
    std::vector<std::string> failed;
    for (const auto& name : arguments.positional()) {
        try {
            session.client().post(container_path(name, "/start"));
            session.print("{}\n", name);
        } catch (const Error& error) {
            session.error(message_of(error));
            failed.push_back(name);
        }
    }
    if (failed.empty()) return 0;
    throw Exit(1, "Error: failed to start containers: " + join(failed, ", "));
}

}  // namespace

constinit const Command start_command{
    .name = "start",
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .summary = "Start one or more stopped containers",
    .options = options,
    .arity = {1, -1},
    .run = start,
    .completes = Completes::stopped_containers,
    .aliases = "dhow container start, dhow start",
};

}  // namespace dhow::cli
