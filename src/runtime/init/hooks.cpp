#include <cerrno>

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux/ns.hpp"
#include "runtime/init/steps.hpp"

namespace dhow::runtime::init {

namespace {

[[noreturn]] void execute_hook(const HookStep& hook, int state_memory) noexcept {
    ::lseek(state_memory, 0, SEEK_SET);
    ::dup2(state_memory, STDIN_FILENO);
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    ::execve(hook.path.c_str(), hook.args.data(), hook.env.data());
    ::_exit(127);
}

/// 0, or what went wrong as an errno.
int run_hook(const HookStep& hook, int state_memory) noexcept {
    int pidfd = -1;
    pid_t child = linux::try_clone(0, -1, &pidfd);
    if (child == 0) execute_hook(hook, state_memory);
    if (child < 0) return child;
    pollfd poll{.fd = pidfd, .events = POLLIN, .revents = 0};
    int ready;
    do {
        ready = ::poll(&poll, 1, hook.timeout_ms);
    } while (ready < 0 && errno == EINTR);
    if (ready == 0) ::kill(child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    ::close(pidfd);
    if (ready == 0) return -ETIMEDOUT;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) return -ENOENT;
    return status == 0 ? 0 : -ECANCELED;
}

}  // namespace

bool run_hooks(const std::vector<HookStep>& hooks, int state_memory, Failure& failure) noexcept {
    for (const auto& hook : hooks) {
        int result = run_hook(hook, state_memory);
        if (result < 0) return failure.set(Step::hook, result, hook.path.c_str());
    }
    return true;
}

}  // namespace dhow::runtime::init
