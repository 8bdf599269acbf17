#include "runtime/parent/clone.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "linux/pidfd.hpp"
#include "linux/proc.hpp"

namespace dhow::runtime::parent {

ChildrenPidNamespace::ChildrenPidNamespace(int pid_namespace) {
    if (pid_namespace < 0) return;
    own_.reset(check(::open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC), "open the own pid namespace"));
    check(::setns(pid_namespace, CLONE_NEWPID), "enter the pid namespace");
}

ChildrenPidNamespace::~ChildrenPidNamespace() {
    if (own_) ::setns(own_.get(), CLONE_NEWPID);
}

ChildStreams child_streams(const StandardStreams& streams) {
    ChildStreams result;
    const int asked[3] = {streams.in, streams.out, streams.err};
    for (int i = 0; i < 3; ++i) {
        result.fds[i] = asked[i];
        if (asked[i] < 0 || asked[i] >= 3 || asked[i] == i) continue;
        result.copies[i].reset(check(::fcntl(asked[i], F_DUPFD_CLOEXEC, 3), "copy descriptor {}", asked[i]));
        result.fds[i] = result.copies[i].get();
    }
    return result;
}

void discard(Process& process) noexcept {
    ::kill(process.pid, SIGKILL);
    while (::waitpid(process.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void set_oom_score(pid_t pid, int score) {
    linux::write_small_file(fmt::format("/proc/{}/oom_score_adj", pid), std::to_string(score));
}

void set_limits(pid_t pid, const std::vector<init::LimitStep>& limits) {
    for (const auto& step : limits)
        check(::prlimit(pid, static_cast<__rlimit_resource>(step.resource), &step.limit, nullptr), "set {}",
              step.name);
}

}  // namespace dhow::runtime::parent
