#include <cerrno>
#include <cstring>

#include <grp.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/init/steps.hpp"

namespace dhow::runtime::init {

bool enter_cgroups(const EntryPlan& plan, Failure& failure) noexcept {
    for (int tasks : plan.cgroup_tasks)
        if (::write(tasks, "0", 1) < 0) return failure.set(Step::enter_cgroup, errno);
    return true;
}

bool join_namespaces(const EntryPlan& plan, Failure& failure) noexcept {
    for (const auto& joined : plan.joined)
        if (::setns(joined.fd, joined.flag) < 0) return failure.set(Step::join_namespace, errno, joined.name);
    return true;
}

bool become_root_of_user_namespace(const EntryPlan& plan, Failure& failure) noexcept {
    if (!plan.root_in_namespace) return true;
    // Raw calls: the C library's would signal all threads, and there are none.
    if (::syscall(SYS_setresgid, 0, 0, 0) < 0 || ::syscall(SYS_setresuid, 0, 0, 0) < 0)
        return failure.set(Step::become_root, errno);
    return true;
}

bool enter_new_cgroup_namespace(const EntryPlan& plan, Failure& failure) noexcept {
    if (plan.new_cgroup_namespace && ::unshare(CLONE_NEWCGROUP) < 0)
        return failure.set(Step::new_cgroup_namespace, errno);
    return true;
}

bool bring_loopback_up(const EntryPlan& plan, Failure& failure) noexcept {
    if (!plan.new_network_namespace) return true;
    int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return failure.set(Step::loopback, errno);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    int result = ::ioctl(socket, SIOCSIFFLAGS, &request);
    int error = errno;
    ::close(socket);
    return result == 0 || failure.set(Step::loopback, error);
}

bool set_names(const ContainerPlan& plan, Failure& failure) noexcept {
    if (!plan.hostname.empty() && ::sethostname(plan.hostname.data(), plan.hostname.size()) < 0)
        return failure.set(Step::hostname, errno, plan.hostname.c_str());
    if (!plan.domainname.empty() && ::setdomainname(plan.domainname.data(), plan.domainname.size()) < 0)
        return failure.set(Step::hostname, errno, plan.domainname.c_str());
    return true;
}

}  // namespace dhow::runtime::init
