#include "linux/ns.hpp"

#include <cerrno>

#include <fcntl.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dhow::linux {

const NamespaceKind* find_namespace_kind(std::string_view name) {
    for (const auto& kind : namespace_kinds)
        if (kind.name == name) return &kind;
    return nullptr;
}

UniqueFd open_namespace(const char* path, const NamespaceKind& kind) {
    UniqueFd fd(check(::open(path, O_RDONLY | O_CLOEXEC), "open namespace {}", path));
    int flag = ::ioctl(fd.get(), NS_GET_NSTYPE);
    if (flag != kind.flag) throw InvalidArgument("{} is no {} namespace", path, kind.name);
    return fd;
}

pid_t try_clone(std::uint64_t flags, int cgroup, int* pidfd) noexcept {
    clone_args args{};
    args.flags = flags;
    args.exit_signal = SIGCHLD;
    if (pidfd) {
        args.flags |= CLONE_PIDFD;
        args.pidfd = reinterpret_cast<std::uint64_t>(pidfd);
    }
    if (cgroup >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = static_cast<std::uint64_t>(cgroup);
    }
    auto result = static_cast<pid_t>(::syscall(SYS_clone3, &args, sizeof args));
    return result < 0 ? -errno : result;
}

}  // namespace dhow::linux
