#include <algorithm>
#include <array>
#include <optional>

#include <unistd.h>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/new_container.hpp"
#include "cli/commands/support.hpp"
#include "cli/create/parts.hpp"
#include "cli/terminal/attached.hpp"
#include "cli/terminal/detach_keys.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    flag("detach", 'd', "Run the command in the background"),
    text("detach-keys", 0, "The keys that leave the command running"),
    list("env", 'e', "Set environment variables", check_environment),
    completing(list("env-file", 0, "Read environment variables from a file"), Completes::files),
    flag("interactive", 'i', "Keep STDIN open even if not attached"),
    flag("privileged", 0, "Give the command all rights of the host's root"),
    flag("tty", 't', "Allocate a pseudo-TTY"),
    text("user", 'u', "Name or UID (format: \"<name|uid>[:<group|gid>]\")"),
    text("workdir", 'w', "Working directory inside the container"),
};

json::Array strings(const std::vector<std::string>& values) {
    return json::Array(values.begin(), values.end());
}

json::Object describe(const Arguments& arguments, bool in, bool detached) {
    const auto& words = arguments.positional();
    json::Object body{{"User", arguments.text("user")},
                      {"Privileged", arguments.flag("privileged")},
                      {"Tty", arguments.flag("tty")},
                      {"AttachStdin", in},
                      {"AttachStdout", !detached},
                      {"AttachStderr", !detached},
                      {"DetachKeys", arguments.text("detach-keys")},
                      {"WorkingDir", arguments.text("workdir")},
                      {"Cmd", strings({words.begin() + 1, words.end()})}};
    body["Env"] = strings(read_environment(arguments.list("env-file"), arguments.list("env")));
    if (auto size = terminal_size(STDOUT_FILENO); size && arguments.flag("tty"))
        body["ConsoleSize"] = json::Array{size->rows, size->columns};
    return body;
}

/// The process's own status, once it is known.
int exit_status(client::Client& client, const std::string& path) {
    // Its output may end a moment before the daemon has reaped it.
    constexpr useconds_t longest_pause = 20000;
    for (useconds_t pause = 200;; pause = std::min(pause * 2, longest_pause)) {
        auto state = client.get(path + "/json");
        if (!bool_at(state, "Running")) return static_cast<int>(integer_at(state, "ExitCode"));
        ::usleep(pause);
    }
}

int run_exec(Session& session, const Arguments& arguments, const std::string& path, bool in) {
    auto& client = session.client();
    bool tty = arguments.flag("tty");
    SignalInbox signals(false);
    std::optional<RawMode> raw;
    if (in && tty) raw.emplace(STDIN_FILENO);
    json::Object body{{"Detach", false}, {"Tty", tty}};
    if (auto size = terminal_size(STDOUT_FILENO); size && tty)
        body["ConsoleSize"] = json::Array{size->rows, size->columns};
    client::Request start{
        .method = "POST", .target = path + "/start", .body = json::dump(body), .hijack = true};
    auto connection = client.call(start, [&] { client.prepare(); });
    auto resize = [&](TerminalSize size) {
        try {
            client.post(fmt::format("{}/resize?h={}&w={}", path, size.rows, size.columns));
            return true;
        } catch (const Error&) {
            // The process may not be there yet, or no more.
            return false;
        }
    };
    AttachOptions plan{.in = in, .tty = tty, .detach_keys = {}};
    if (tty && in)
        plan.detach_keys = parse_detach_keys(arguments.has("detach-keys") ? arguments.text("detach-keys")
                                                                          : default_detach_keys);
    if (tty) plan.resize = resize;
    plan.resizes_at_start = tty;
    auto result = pump(connection.hijack(), plan, signals);
    raw.reset();
    if (result.detached) throw Exit(1, "read escape sequence");
    return exit_status(client, path);
}

int exec(Session& session, const Arguments& arguments) {
    parse_detach_keys(arguments.has("detach-keys") ? arguments.text("detach-keys") : default_detach_keys);
    bool detached = arguments.flag("detach");
    bool in = arguments.flag("interactive") && !detached;
    auto& client = session.client();
    auto answer = client.post(container_path(arguments[0], "/exec"), describe(arguments, in, detached));
    if (in && arguments.flag("tty") && !is_terminal(STDIN_FILENO))
        throw Exit(1, "the input device is not a TTY");
    auto path = "/exec/" + string_at(answer, "Id");
    try {
        if (!detached) return run_exec(session, arguments, path, in);
        client.post(path + "/start", json::Object{{"Detach", true}, {"Tty", arguments.flag("tty")}});
        return 0;
    } catch (const client::DaemonError& error) {
        session.error(message_of(error));
        auto message = lower(error.message());
        if (message.find("executable file not found") != std::string::npos ||
            message.find("no such file or directory") != std::string::npos)
            return 127;
        return message.find("permission denied") != std::string::npos ? 126 : 1;
    }
}

}  // namespace

constinit const Command exec_command{
    .name = "exec",
    .usage = "[OPTIONS] CONTAINER COMMAND [ARG...]",
    .summary = "Execute a command in a running container",
    .options = options,
    .arity = {2, -1},
    .run = exec,
    .completes = Completes::running_containers,
    .aliases = "dhow container exec, dhow exec",
    .options_first = true,
};

}  // namespace dhow::cli
