#include "linux/pidfd.hpp"

#include <cerrno>

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dhow::linux {

UniqueFd pidfd_open(pid_t pid) {
    return UniqueFd(static_cast<int>(check(::syscall(SYS_pidfd_open, pid, 0), "open process {}", pid)));
}

bool pidfd_send_signal(int pidfd, int signal) {
    if (::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) == 0) return true;
    if (errno == ESRCH) return false;
    throw_errno("send signal " + std::to_string(signal));
}

bool pidfd_wait_exit(int pidfd, int timeout_ms) {
    pollfd poll{.fd = pidfd, .events = POLLIN, .revents = 0};
    for (;;) {
        int ready = ::poll(&poll, 1, timeout_ms);
        if (ready < 0 && errno == EINTR) continue;
        return check(ready, "wait for a process") > 0;
    }
}

std::optional<ProcessExit> pidfd_reap(int pidfd, bool block) {
    siginfo_t info{};
    int result;
    do {
        result = ::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED | (block ? 0 : WNOHANG));
    } while (result < 0 && errno == EINTR);
    check(result, "wait for a child");
    if (info.si_pid == 0) return std::nullopt;
    return ProcessExit{.code = info.si_status, .signaled = info.si_code != CLD_EXITED};
}

}  // namespace dhow::linux
