#include <array>

#include "cli/commands/attachment.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/terminal/detach_keys.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    text("detach-keys", 0, "The keys that leave the container running"),
    flag("no-stdin", 0, "Do not attach STDIN"),
    flag_on("sig-proxy", 0, "Pass signals on to the process"),
};

void check_state(const json::Value& details) {
    if (!bool_at(details, "State.Running"))
        throw Exit(1, "You cannot attach to a stopped container, start it first");
    if (bool_at(details, "State.Paused"))
        throw Exit(1, "You cannot attach to a paused container, unpause it first");
    if (bool_at(details, "State.Restarting"))
        throw Exit(1, "You cannot attach to a restarting container, wait until it is running");
}

int attach(Session& session, const Arguments& arguments) {
    parse_detach_keys(arguments.has("detach-keys") ? arguments.text("detach-keys") : default_detach_keys);
    auto details = session.client().get(container_path(arguments[0], "/json"));
    check_state(details);
    AttachPlan plan{.in = !arguments.flag("no-stdin") && bool_at(details, "Config.OpenStdin"),
                    .tty = bool_at(details, "Config.Tty"),
                    .detach_keys = std::string(arguments.text("detach-keys"))};
    check_terminal({.in = !arguments.flag("no-stdin"), .tty = plan.tty});
    auto id = string_at(details, "Id");
    Attachment attached(session, id, plan, arguments.flag("sig-proxy") && !plan.tty);
    attached.open("not-running");
    attached.redraw();
    auto outcome = attached.follow();
    if (outcome.detached) throw Exit(1, "read escape sequence");
    if (!outcome.error.empty()) session.error(outcome.error);
    return outcome.status;
}

}  // namespace

constinit const Command attach_command{
    .name = "attach",
    .usage = "[OPTIONS] CONTAINER",
    .summary = "Attach local standard input, output, and error streams to a running container",
    .options = options,
    .arity = {1, 1},
    .run = attach,
    .completes = Completes::running_containers,
    .aliases = "dhow container attach, dhow attach",
};

}  // namespace dhow::cli
