// exec(): one more process in a container that runs.

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sched.h>

#include "base/defer.hpp"
#include "base/error.hpp"
#include "linux/cgroup/cgroup.hpp"
#include "linux/path.hpp"
#include "linux/pidfd.hpp"
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
    ChildStreams streams;
    Channel channel;
    Terminal terminal;
    /// A process in a user namespace may not raise its limits: the parent does.
    std::vector<init::LimitStep> limits_from_outside;
};

}  // namespace

struct RunningContainer::Facts {
    StateFile state;
    UniqueFd first;          ///< the container's first process
    UniqueFd pid_namespace;  ///< none when it is the runtime's
    linux::cgroup::Cgroup cgroup;
    linux::cgroup::Entry entry;
    unsigned long personality = 0;
    linux::SeccompProgram seccomp;
    unsigned seccomp_flags = 0;
    std::optional<int> oom_score_adj;
};

namespace {

using Facts = RunningContainer::Facts;

std::unique_ptr<Facts> read_facts(const std::filesystem::path& state_root, const std::string& id) {
    auto state = read_state(state_root, id);
    auto first = find_process(state);
    if (!first) throw Conflict("cannot exec in a stopped container");
    auto cgroup = linux::cgroup::Cgroup::open(state.cgroup);
    auto entry = cgroup.entry();
    auto facts = std::make_unique<Facts>(Facts{.state = std::move(state),
                                               .first = std::move(first),
                                               .pid_namespace = {},
                                               .cgroup = std::move(cgroup),
                                               .entry = std::move(entry),
                                               .seccomp = {},
                                               .oom_score_adj = {}});
    if (facts->state.namespaces & CLONE_NEWPID) {
        auto path = fmt::format("/proc/{}/ns/pid", facts->state.pid);
        facts->pid_namespace.reset(check(::open(path.c_str(), O_RDONLY | O_CLOEXEC), "open {}", path));
    }
    auto config = read_config(facts->state.bundle);
    if (config.linux.personality) facts->personality = personality_of(*config.linux.personality);
    if (config.linux.seccomp) {
        facts->seccomp = seccomp_program(*config.linux.seccomp, state_root);
        facts->seccomp_flags = seccomp_flags(*config.linux.seccomp);
    }
    if (config.process) facts->oom_score_adj = config.process->oom_score_adj;
    return facts;
}

void require_running(const Facts& facts) {
    if (linux::pidfd_wait_exit(facts.first.get(), 0)) throw Conflict("cannot exec in a stopped container");
    if (facts.cgroup.frozen()) throw Conflict("cannot exec in a paused container");
}

void prepare_program(const ExecRequest& request, const Facts& facts, Prepared& prepared) {
    auto& program = prepared.plan.program;
    program = plan_program(request.process);
    program.personality = facts.personality;
    program.seccomp = facts.seccomp;
    program.seccomp_flags = facts.seccomp_flags;
    prepared.streams = child_streams(request.streams);
    std::copy(std::begin(prepared.streams.fds), std::end(prepared.streams.fds), program.streams);
    prepared.channel = make_channel();
    program.channel = program.report = prepared.channel.child.get();
    if (!facts.state.has_user_namespace) return;
    prepared.plan.entry.root_in_namespace = true;
    prepared.limits_from_outside.swap(program.limits);
    if (!prepared.limits_from_outside.empty()) program.gate = program.channel;
}

void prepare_entry(const ExecRequest& request, const Facts& facts, Prepared& prepared) {
    auto& plan = prepared.plan;
    plan.pidfd = facts.first.get();
    plan.namespaces = namespaces_to_join(facts.state);
    if (request.process.terminal) {
        prepared.terminal = open_terminal(facts.state.pid, plan.program.terminal_size);
        plan.terminal = prepared.terminal.slave.get();
    }
    for (const auto& tasks : facts.entry.tasks) plan.entry.cgroup_tasks.push_back(tasks.get());
}

}  // namespace

RunningContainer::RunningContainer(const std::filesystem::path& state_root, const std::string& id)
    : facts_(read_facts(state_root, id)) {}
RunningContainer::RunningContainer(RunningContainer&&) noexcept = default;
RunningContainer& RunningContainer::operator=(RunningContainer&&) noexcept = default;
RunningContainer::~RunningContainer() = default;

Process exec(const RunningContainer& container, const ExecRequest& request) {
    check_process(request.process);
    const auto& facts = container.facts();
    require_running(facts);
    Prepared prepared;
    prepare_program(request, facts, prepared);
    prepare_entry(request, facts, prepared);

    auto process = clone_child(0, facts.pid_namespace.get(), facts.entry.directory.get(),
                               [&] { init::run_exec(prepared.plan); });
    Defer kill_process([&] { discard(process); });
    prepared.channel.child.reset();
    auto score = request.process.oom_score_adj ? request.process.oom_score_adj : facts.oom_score_adj;
    if (score) set_oom_score(process.pid, *score);
    serve_exec(prepared.channel.parent.get(), process, prepared.limits_from_outside);
    kill_process.cancel();
    process.terminal = std::move(prepared.terminal.master);
    return process;
}

}  // namespace dhow::runtime
