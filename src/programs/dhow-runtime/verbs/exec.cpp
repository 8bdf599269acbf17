#include <charconv>

#include "base/error.hpp"
#include "linux/proc.hpp"
#include "oci/runtime_config.hpp"
#include "programs/dhow-runtime/verbs.hpp"
#include "programs/dhow-runtime/verbs/process_streams.hpp"
#include "runtime/container.hpp"

namespace dhow::runtime_program {

namespace {

constexpr Option exec_table[] = {
    {"process", "p", true, "file with the process as JSON"},
    {"console-socket", "", true, "unix socket that takes the terminal"},
    {"cwd", "", true, "working directory in the container"},
    {"env", "e", true, "NAME=VALUE for the environment; may be repeated"},
    {"tty", "t", false, "give the process a terminal"},
    {"user", "u", true, "UID[:GID]"},
    {"additional-gids", "g", true, "a supplementary group; may be repeated"},
    {"detach", "d", false, "do not wait for the process"},
    {"pid-file", "", true, "file that gets the process's id"},
    {"no-new-privs", "", false, "set no_new_privs"},
    {"cap", "c", true, "add a capability; may be repeated"},
};

std::uint32_t parse_id(std::string_view option, std::string_view text) {
    std::uint32_t id = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        throw InvalidArgument("--{} takes numeric ids, not \"{}\"", option, text);
    return id;
}

void set_user(oci::User& user, std::string_view text) {
    auto colon = text.find(':');
    user.uid = parse_id("user", text.substr(0, colon));
    if (colon != std::string_view::npos) user.gid = parse_id("user", text.substr(colon + 1));
}

void add_capability(oci::Process& process, const std::string& name) {
    if (!process.capabilities) process.capabilities.emplace();
    auto& sets = *process.capabilities;
    for (auto* set : {&sets.bounding, &sets.effective, &sets.permitted}) set->push_back(name);
}

/// The container's own process, changed as the options say; or the one of a file.
oci::Process process_of(const Invocation& invocation, const std::filesystem::path& bundle) {
    const auto& options = invocation.options;
    if (auto file = options.find("process")) {
        auto text = linux::read_small_file(*file);
        if (!text) throw NotFound("open {}: no such file or directory", *file);
        return oci::read_process(*text);
    }
    if (invocation.arguments.size() < 2) throw InvalidArgument("process args cannot be empty");
    auto text = linux::read_small_file(bundle / "config.json");
    if (!text) throw NotFound("the bundle {} of the container is gone", bundle.native());
    auto config = oci::read_runtime_config(*text);
    auto process = config.process.value_or(oci::Process{});
    process.args.assign(invocation.arguments.begin() + 1, invocation.arguments.end());
    process.terminal = options.has("tty");
    process.cwd = options.get("cwd", process.cwd);
    for (auto& entry : options.all("env")) process.env.push_back(entry);
    if (auto user = options.find("user")) set_user(process.user, *user);
    for (const auto& group : options.all("additional-gids"))
        process.user.additional_gids.push_back(parse_id("additional-gids", group));
    if (options.has("no-new-privs")) process.no_new_privileges = true;
    for (const auto& name : options.all("cap")) add_capability(process, name);
    return process;
}

}  // namespace

const std::span<const Option> exec_options = exec_table;

int exec_verb(const Invocation& invocation) {
    if (invocation.arguments.empty()) throw InvalidArgument("the container's id is missing");
    const auto& id = invocation.arguments.front();
    const auto& root = invocation.context.state_root;
    runtime::ExecRequest request{.process = process_of(invocation, runtime::state(root, id).bundle),
                                 .streams = own_streams()};
    bool detached = invocation.options.has("detach");
    auto socket = invocation.options.get("console-socket");
    check_console_socket(request.process.terminal, detached, socket);
    auto process = runtime::exec(runtime::RunningContainer(root, id), request);
    if (!socket.empty()) send_terminal(socket, process.terminal.get());
    write_pid_file(invocation.options.get("pid-file"), process.pid);
    return detached ? 0 : wait_in_foreground(std::move(process));
}

}  // namespace dhow::runtime_program
