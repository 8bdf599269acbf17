// exec(): one more process in a container that runs.

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sched.h>

#include "base/defer.hpp"
#include "base/error.hpp"
#include "linux/cgroup/cgroup.hpp"
#include "linux/path.hpp"
#include "linux/terminal.hpp"
#include "runtime/container.hpp"
#include "runtime/init/init.hpp"
#include "runtime/parent/channel.hpp"
#include "runtime/parent/clone.hpp"
#include "runtime/parent/config_file.hpp"
#include "runtime/parent/failure_text.hpp"
#include "runtime/parent/plans.hpp"
#include "runtime/parent/seccomp.hpp"
#include "runtime/state_file.hpp"

namespace dhow::runtime {

namespace {

using namespace parent;

/// A terminal of the container's own devpts, opened from outside: the container's /proc is not trusted with
/// it.
struct Terminal {
    UniqueFd master;
    UniqueFd slave;
};

Terminal open_terminal(pid_t pid, linux::TerminalSize size) {
    auto path = fmt::format("/proc/{}/root", pid);
    UniqueFd root(check(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC), "open {}", path));
    auto ptmx = linux::open_in_root(root.get(), "/dev/pts/ptmx", O_PATH | O_NOFOLLOW);
    int master = -1, slave = -1;
    int result = linux::try_open_terminal(ptmx.get(), master, slave);
    if (result < 0) throw SystemError(-result, "open a terminal in the container");
    if (size.rows || size.columns) linux::try_set_terminal_size(master, size);
    return {UniqueFd(master), UniqueFd(slave)};
}

/// Namespaces of the container that this process is in already cannot all be joined again (the own user
/// namespace never), so that only those that differ are asked for.
int namespaces_to_join(const StateFile& state) { return state.namespaces & ~CLONE_NEWPID; }

void serve_exec(int channel, Process& process, const std::vector<init::LimitStep>& limits) {
    while (auto received = receive(channel)) {
        if (received->message.kind == init::Kind::failure) throw_failure(received->message);
        if (received->message.kind != init::Kind::ready || limits.empty()) continue;
        set_limits(process.pid, limits);
        if (!let_go_on(channel)) throw InternalError("the process ended before it was ready");
    }
}

/// All that the child needs; the plan points into the rest.
struct Prepared {
    init::ExecPlan plan;
    UniqueFd first;  ///< the container's first process
    UniqueFd pid_namespace;
    linux::cgroup::Entry cgroup;
    ChildStreams streams;
    Channel channel;
    Terminal terminal;
    /// A process in a user namespace may not raise its limits: the parent does.
    std::vector<init::LimitStep> limits_from_outside;
};

UniqueFd find_running(const ExecRequest& request, const StateFile& state) {
    auto first = find_process(state);
    if (!first) throw Conflict("cannot exec in a stopped container");
    if (status_of(request.state_root, state) == Status::paused)
        throw Conflict("cannot exec in a paused container");
    return first;
}

void prepare_program(const ExecRequest& request, const StateFile& state, const oci::RuntimeConfig& config,
                     Prepared& prepared) {
    auto& program = prepared.plan.program;
    program = plan_program(request.process);
    if (config.linux.personality) program.personality = personality_of(*config.linux.personality);
    if (config.linux.seccomp) {
        program.seccomp = seccomp_program(*config.linux.seccomp, request.state_root);
        program.seccomp_flags = seccomp_flags(*config.linux.seccomp);
    }
    prepared.streams = child_streams(request.streams);
    std::copy(std::begin(prepared.streams.fds), std::end(prepared.streams.fds), program.streams);
    prepared.channel = make_channel();
    program.channel = program.report = prepared.channel.child.get();
    if (!state.has_user_namespace) return;
    prepared.plan.entry.root_in_namespace = true;
    prepared.limits_from_outside.swap(program.limits);
    if (!prepared.limits_from_outside.empty()) program.gate = program.channel;
}

void prepare_entry(const ExecRequest& request, const StateFile& state, Prepared& prepared) {
    auto& plan = prepared.plan;
    plan.pidfd = prepared.first.get();
    plan.namespaces = namespaces_to_join(state);
    if (request.process.terminal) {
        prepared.terminal = open_terminal(state.pid, plan.program.terminal_size);
        plan.terminal = prepared.terminal.slave.get();
    }
    prepared.cgroup = linux::cgroup::Cgroup::open(state.cgroup).entry();
    for (const auto& tasks : prepared.cgroup.tasks) plan.entry.cgroup_tasks.push_back(tasks.get());
    if (!(state.namespaces & CLONE_NEWPID)) return;
    auto path = fmt::format("/proc/{}/ns/pid", state.pid);
    prepared.pid_namespace.reset(check(::open(path.c_str(), O_RDONLY | O_CLOEXEC), "open {}", path));
}

}  // namespace

Process exec(const ExecRequest& request) {
    check_process(request.process);
    auto state = read_state(request.state_root, request.id);
    Prepared prepared;
    prepared.first = find_running(request, state);
    auto config = read_config(state.bundle);
    prepare_program(request, state, config, prepared);
    prepare_entry(request, state, prepared);

    auto process = clone_child(0, prepared.pid_namespace.get(), prepared.cgroup.directory.get(),
                               [&] { init::run_exec(prepared.plan); });
    Defer kill_process([&] { discard(process); });
    prepared.channel.child.reset();
    auto score =
        request.process.oom_score_adj ? request.process.oom_score_adj : config.process->oom_score_adj;
    if (score) set_oom_score(process.pid, *score);
    serve_exec(prepared.channel.parent.get(), process, prepared.limits_from_outside);
    kill_process.cancel();
    process.terminal = std::move(prepared.terminal.master);
    return process;
}

}  // namespace dhow::runtime
