// start(): the gate is opened, from the program that created the container or from another.

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "runtime/container.hpp"
#include "runtime/parent/channel.hpp"
#include "runtime/parent/config_file.hpp"
#include "runtime/parent/failure_text.hpp"
#include "runtime/parent/hooks.hpp"
#include "runtime/state_file.hpp"

namespace dhow::runtime {

namespace {

using namespace parent;

/// Waits until exec has closed the child's end. @throws as the child failed
void wait_for_exec(int report) {
    auto received = receive(report);
    if (received && received->message.kind == init::Kind::failure) throw_failure(received->message);
}

void open_gate_mark(const std::filesystem::path& directory) { ::unlink((directory / gate_name).c_str()); }

void run_poststart(const std::filesystem::path& state_root, const std::string& id) {
    auto state = read_state(state_root, id);
    auto hooks = read_config(state.bundle).hooks.poststart;
    run_hooks_regardless(hooks, hook_state(state, Status::running));
}

}  // namespace

void Created::start() {
    auto gate = std::move(gate_);
    open_gate_mark(state_directory(state_root_, id_));
    if (!let_go_on(gate.get())) throw Conflict("cannot start a container that has stopped");
    used_.clear();
    wait_for_exec(gate.get());
    auto id = std::exchange(id_, {});
    if (has_poststart_hooks_) run_poststart(state_root_, id);
}

void start_by_name(const std::filesystem::path& state_root, const std::string& id) {
    auto state = read_state(state_root, id);
    auto directory = state_directory(state_root, id);
    auto status = status_of(state_root, state);
    if (status == Status::stopped) throw Conflict("cannot start a container that has stopped");
    if (status != Status::created) throw Conflict("cannot start an already running container");
    // Only the child holds the gate open: without it there is no reader.
    UniqueFd gate(::open((directory / gate_name).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    struct stat type{};
    if (gate && ::fstat(gate.get(), &type) == 0 && !S_ISFIFO(type.st_mode))
        throw Conflict("container \"{}\" is started by the program that created it", id);
    if (!gate) throw Conflict("cannot start a container that has stopped");
    UniqueFd report(check(::open((directory / report_name).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC),
                          "open the gate of container {}", id));
    open_gate_mark(directory);
    check(::write(gate.get(), "s", 1), "open the gate of container {}", id);
    pollfd poll{.fd = report.get(), .events = POLLIN, .revents = 0};
    while (::poll(&poll, 1, -1) < 0 && errno == EINTR) {
    }
    wait_for_exec(report.get());
    run_poststart(state_root, id);
}

}  // namespace dhow::runtime
