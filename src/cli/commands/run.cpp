#include <algorithm>
#include <array>

#include <unistd.h>

#include "cli/commands/attachment.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/new_container.hpp"
#include "cli/commands/support.hpp"
#include "cli/create/body.hpp"
#include "cli/create/flags.hpp"
#include "cli/terminal/detach_keys.hpp"

namespace dhow::cli {

namespace {

constexpr std::array own_options{
    flag("detach", 'd', "Run in the background and print the container's ID"),
    text("detach-keys", 0, "The keys that leave the container running in the background"),
    flag_on("sig-proxy", 0, "Pass signals on to the process"),
};

constexpr auto options = [] {
    std::array<Option, container_options.size() + own_options.size()> all{};
    std::ranges::copy(own_options, std::ranges::copy(container_options, all.begin()).out);
    return all;
}();

void detach(const Arguments& arguments, wire::ContainerCreate& body) {
    if (arguments.has("attach"))
        throw Exit(1, "conflicting options: cannot specify both --attach and --detach");
    body.attach_stdin = body.attach_stdout = body.attach_stderr = body.stdin_once = false;
}

int run_attached(Session& session, const Arguments& arguments, const wire::ContainerCreate& body) {
    auto& client = session.client();
    AttachPlan plan{.in = body.attach_stdin,
                    .out = body.attach_stdout,
                    .err = body.attach_stderr,
                    .tty = body.tty,
                    .detach_keys = std::string(arguments.text("detach-keys"))};
    check_terminal(plan);
    std::string id;
    try {
        // Two connections more are wanted as soon as the id is known: one to attach, one to wait.
        id = make_container(session, arguments, body, [&] {
            client.prepare();
            client.prepare();
        });
    } catch (const client::DaemonError& error) {
        fail_to_start(error, "run");
    }
    Attachment attached(session, id, plan, arguments.flag("sig-proxy"));
    attached.open(body.host_config->auto_remove ? "removed" : "next-exit");
    try {
        client.post(container_path(id, "/start"));
    } catch (const client::DaemonError& error) {
        fail_to_start(error, "run");
    }
    auto outcome = attached.follow();
    if (outcome.detached) return 0;
    if (!outcome.error.empty()) session.error("Error waiting for container: " + outcome.error);
    return outcome.status;
}

int run_detached(Session& session, const Arguments& arguments, wire::ContainerCreate& body) {
    try {
        auto id = make_container(session, arguments, body);
        session.print("{}\n", id);
        session.flush();
        session.client().post(container_path(id, "/start"));
        return 0;
    } catch (const client::DaemonError& error) {
        fail_to_start(error, "run");
    }
}

int run(Session& session, const Arguments& arguments) {
    auto body = create_body(arguments);
    parse_detach_keys(arguments.has("detach-keys") ? arguments.text("detach-keys") : default_detach_keys);
    if (auto size = terminal_size(STDOUT_FILENO))
        body.host_config->console_size = {size->rows, size->columns};
    if (arguments.flag("detach")) {
        detach(arguments, body);
        return run_detached(session, arguments, body);
    }
    bool attaches = body.attach_stdin || body.attach_stdout || body.attach_stderr;
    return attaches ? run_attached(session, arguments, body) : run_detached(session, arguments, body);
}

}  // namespace

constinit const Command run_command{
    .name = "run",
    .usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
    .summary = "Create and run a new container from an image",
    .options = options,
    .arity = {1, -1},
    .run = run,
    .completes = Completes::images,
    .aliases = "dhow container run, dhow run",
    .options_first = true,
    .errors_are_its_own = true,
};

}  // namespace dhow::cli
