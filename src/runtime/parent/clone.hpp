#pragma once
// The clone of the child, and what its parent does until it waits at the gate.

#include <cstdint>
#include <functional>

#include <sys/types.h>

#include "base/unique_fd.hpp"
#include "runtime/container.hpp"
#include "runtime/init/plan.hpp"

namespace dhow::runtime::parent {

/// Clones a child that runs `body` (which does not return) and gives it. `pid_namespace`, unless -1, is the
/// pid namespace that it is born in; `cgroup`, unless -1, its cgroup v2. @throws SystemError
template <typename Body>
Process clone_child(std::uint64_t flags, int pid_namespace, int cgroup, Body body);

/// Puts the calling process's children into another pid namespace, for as long as it lives.
class ChildrenPidNamespace {
  public:
    /// -1: they stay where they are. @throws SystemError
    explicit ChildrenPidNamespace(int pid_namespace);
    ChildrenPidNamespace(const ChildrenPidNamespace&) = delete;
    ChildrenPidNamespace& operator=(const ChildrenPidNamespace&) = delete;
    ~ChildrenPidNamespace();

  private:
    UniqueFd own_;
};

/// Standard streams as the child can take them with dup2(2) in order: none is below 3 unless in its place.
struct ChildStreams {
    int fds[3] = {-1, -1, -1};
    UniqueFd copies[3];
};
ChildStreams child_streams(const StandardStreams& streams);

/// Kills and reaps a child that is not to live.
void discard(Process& process) noexcept;

/// @throws SystemError
void set_oom_score(pid_t pid, int score);
/// For limits that the child may not raise itself. @throws SystemError
void set_limits(pid_t pid, const std::vector<init::LimitStep>& limits);

}  // namespace dhow::runtime::parent

#include "base/error.hpp"
#include "linux/ns.hpp"

template <typename Body>
dhow::runtime::Process dhow::runtime::parent::clone_child(std::uint64_t flags, int pid_namespace, int cgroup,
                                                          Body body) {
    ChildrenPidNamespace inside(pid_namespace);
    int pidfd = -1;
    pid_t pid = linux::try_clone(flags, cgroup, &pidfd);
    if (pid == 0) body();
    if (pid < 0) throw SystemError(-pid, "clone the container's process");
    Process process;
    process.pid = pid;
    process.pidfd.reset(pidfd);
    return process;
}
