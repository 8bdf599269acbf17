#include <cerrno>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux/caps.hpp"
#include "runtime/init/steps.hpp"

namespace dhow::runtime::init {

bool set_resource_limits(const ProgramPlan& plan, Failure& failure) noexcept {
    for (const auto& step : plan.limits)
        if (::setrlimit(static_cast<__rlimit_resource_t>(step.resource), &step.limit) < 0)
            return failure.set(Step::resource_limit, errno, step.name.c_str());
    return true;
}

bool enter_working_directory(const ProgramPlan& plan, bool& entered, Failure& failure) noexcept {
    // Neither /proc/self/fd/N nor any other magic link leads there (CVE-2024-21626).
    open_how how{};
    how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    how.resolve = RESOLVE_NO_MAGICLINKS;
    auto folder = static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, plan.cwd.c_str(), &how, sizeof how));
    if (folder < 0) return failure.set(Step::working_directory, errno, plan.cwd.c_str());
    int result = ::fchdir(folder);
    int error = errno;
    ::close(folder);
    if (result < 0) return failure.set(Step::working_directory, error, plan.cwd.c_str());
    // The kernel says "(unreachable)/..." for what is outside the root.
    char path[4096];
    if (::syscall(SYS_getcwd, path, sizeof path) < 0)
        return failure.set(Step::working_directory, errno, plan.cwd.c_str());
    if (path[0] != '/') return failure.set(Step::working_directory_outside, ENOENT, plan.cwd.c_str());
    entered = true;
    return true;
}

bool become_user(const ProgramPlan& plan, Failure& failure) noexcept {
    int result = linux::try_limit_bounding_set(plan.capabilities.bounding);
    if (result < 0) return failure.set(Step::bounding_set, result);
    if (::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0) return failure.set(Step::capabilities, errno);
    // Raw calls: the C library's would signal all threads, and there are none.
    if (::syscall(SYS_setgroups, plan.groups.size(), plan.groups.data()) < 0)
        return failure.set(Step::set_groups, errno);
    if (::syscall(SYS_setresgid, plan.gid, plan.gid, plan.gid) < 0 ||
        ::syscall(SYS_setresuid, plan.uid, plan.uid, plan.uid) < 0)
        return failure.set(Step::set_user, errno);
    if (::prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0) return failure.set(Step::capabilities, errno);
    ::umask(plan.umask);
    return true;
}

}  // namespace dhow::runtime::init
