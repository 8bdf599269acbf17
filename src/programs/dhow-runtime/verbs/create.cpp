#include <fcntl.h>

#include "base/error.hpp"
#include "oci/runtime_config.hpp"
#include "programs/dhow-runtime/verbs.hpp"
#include "programs/dhow-runtime/verbs/process_streams.hpp"
#include "runtime/container.hpp"

namespace dhow::runtime_program {

namespace {

constexpr Option create_table[] = {
    {"bundle", "b", true, "folder of the bundle (the working directory)"},
    {"console-socket", "", true, "unix socket that takes the terminal"},
    {"pid-file", "", true, "file that gets the process's id"},
    {"no-pivot", "", false, "refused: the root is always changed by pivot_root"},
};
constexpr Option run_table[] = {
    {"bundle", "b", true, "folder of the bundle (the working directory)"},
    {"console-socket", "", true, "unix socket that takes the terminal"},
    {"pid-file", "", true, "file that gets the process's id"},
    {"no-pivot", "", false, "refused: the root is always changed by pivot_root"},
    {"detach", "d", false, "do not wait for the container"},
    {"keep", "", false, "do not remove the container when it ended"},
};

runtime::CreateRequest request_of(const Invocation& invocation) {
    if (invocation.options.has("no-pivot"))
        throw NotImplemented("--no-pivot is not supported: the root is always changed by pivot_root");
    return {.id = invocation.only_id(),
            .bundle = invocation.options.get("bundle", "."),
            .state_root = invocation.context.state_root,
            .streams = own_streams()};
}

/// Hands the terminal over, or keeps it for the foreground.
void deliver_terminal(const Invocation& invocation, bool detached, runtime::Created& created) {
    auto socket = invocation.options.get("console-socket");
    check_console_socket(static_cast<bool>(created.process.terminal), detached, socket);
    if (!socket.empty()) send_terminal(socket, created.process.terminal.get());
}

}  // namespace

const std::span<const Option> create_options = create_table;
const std::span<const Option> run_options = run_table;

int create_verb(const Invocation& invocation) {
    auto request = request_of(invocation);
    request.start_by_name = true;
    auto created = runtime::create(request);
    deliver_terminal(invocation, true, created);
    write_pid_file(invocation.options.get("pid-file"), created.process.pid);
    created.leave_waiting();
    return 0;
}

int run_verb(const Invocation& invocation) {
    bool detached = invocation.options.has("detach");
    auto request = request_of(invocation);
    auto created = runtime::create(request);
    deliver_terminal(invocation, detached, created);
    write_pid_file(invocation.options.get("pid-file"), created.process.pid);
    created.start();
    if (detached) return 0;
    int status = wait_in_foreground(std::move(created.process));
    if (!invocation.options.has("keep")) runtime::remove(request.state_root, request.id, true);
    return status;
}

int start_verb(const Invocation& invocation) {
    runtime::start_by_name(invocation.context.state_root, invocation.only_id());
    return 0;
}

}  // namespace dhow::runtime_program
