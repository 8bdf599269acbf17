#include "shim/server/serve.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>

#include <fcntl.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.hpp"
#include "linux/memory.hpp"
#include "shim/server/supervisor.hpp"

namespace dhow::shim {

namespace {

constexpr int control_number = 3;
constexpr int lock_number = 4;
constexpr auto quiet = std::chrono::seconds(1);  // after which it counts as idle

UniqueFd move_to(int number, int fd) {
    if (fd != number)
        check(::dup3(fd, number, O_CLOEXEC), "dup3");
    else
        check(::fcntl(fd, F_SETFD, FD_CLOEXEC), "fcntl");
    return UniqueFd(number);
}

struct Kept {
    UniqueFd control;
    UniqueFd lock;
};

/// Everything that a careless parent left open would otherwise live as long as the container.
Kept keep_only(int control, int lock) {
    Kept kept{move_to(control_number, control), {}};
    if (lock >= 0) kept.lock = move_to(lock_number, lock);
    check(::close_range(kept.lock ? lock_number + 1 : control_number + 1, ~0U, 0), "close_range");
    int flags = check(::fcntl(control_number, F_GETFL), "fcntl");
    check(::fcntl(control_number, F_SETFL, flags | O_NONBLOCK), "fcntl");
    return kept;
}

/// The kernel's killer takes the daemon and the shims last; the runtime sets the container's own value.
void protect_from_oom() {
    UniqueFd file(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
    // Without the privilege (rootless) the shim stays as killable as its starter.
    if (file) (void)!::write(file.get(), "-999", 4);
}

/// All signals arrive by signalfd or not at all: what a terminal or an init system sends does not end a shim.
UniqueFd take_signals() {
    // What is ignored here stays ignored through every exec, down to the container's program. The system call
    // itself, since the C library hides two signals that posix_spawn(3) leaves ignored.
    const std::array<unsigned long, 4> by_default{};
    for (int signal = 1; signal <= _NSIG - 1; ++signal)
        ::syscall(SYS_rt_sigaction, signal, by_default.data(), nullptr, _NSIG / 8);
    sigset_t all;
    sigfillset(&all);
    check(::sigprocmask(SIG_SETMASK, &all, nullptr), "sigprocmask");
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    return UniqueFd(check(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd"));
}

void become_supervisor() {
    check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl PR_SET_CHILD_SUBREAPER");
    ::prctl(PR_SET_NAME, "dhow-shim");
    (void)::setsid();
    check(::chdir("/"), "chdir /");
    protect_from_oom();
    // One arena, given back early: this process mostly sleeps, once a container.
    ::mallopt(M_ARENA_MAX, 1);
    ::mallopt(M_TRIM_THRESHOLD, 64 << 10);
    ::mallopt(M_MMAP_THRESHOLD, 128 << 10);
}

}  // namespace

int serve(int control, int lock) {
    auto kept = keep_only(control, lock);
    auto signals = take_signals();
    become_supervisor();
    Loop loop;
    Supervisor supervisor(loop, std::move(kept.control), std::move(kept.lock));
    loop.watch(signals.get(), EPOLLIN, [&](std::uint32_t) {
        std::array<signalfd_siginfo, 8> pending;
        (void)!::read(signals.get(), pending.data(), sizeof pending);
        supervisor.reap();
    });
    loop.run(quiet, linux::give_back_idle_pages);
    return 0;
}

}  // namespace dhow::shim
