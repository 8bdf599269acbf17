#include <cerrno>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux/mount.hpp"
#include "runtime/init/steps.hpp"

namespace dhow::runtime::init {

namespace {

/// Opens a file of procfs itself: no link, and nothing that is mounted over it, is followed (CVE-2025-52881).
int open_in_proc(int proc, const char* path) noexcept {
    open_how how{};
    how.flags = O_WRONLY | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
    auto fd = static_cast<int>(::syscall(SYS_openat2, proc, path, &how, sizeof how));
    return fd < 0 ? -errno : fd;
}

}  // namespace

bool write_sysctls(const ContainerPlan& plan, RootState& state, Failure& failure) noexcept {
    if (plan.sysctls.empty()) return true;
    if (state.proc < 0) state.proc = linux::try_new_mount("proc", "proc", {}, 0);
    if (state.proc < 0) return failure.set(Step::sysctl, state.proc, "/proc");
    for (const auto& sysctl : plan.sysctls) {
        int file = open_in_proc(state.proc, sysctl.path.c_str());
        if (file < 0) return failure.set(Step::sysctl, file, sysctl.path.c_str());
        if (::write(file, sysctl.value.data(), sysctl.value.size()) < 0)
            return failure.set(Step::sysctl, errno, sysctl.path.c_str());
        ::close(file);
    }
    return true;
}

}  // namespace dhow::runtime::init
