#include "base/error.hpp"
#include "linux/ns.hpp"
#include "runtime/parent/plans.hpp"

namespace dhow::runtime::parent {

std::uint64_t plan_namespaces(const oci::RuntimeConfig& config, int network_namespace, init::EntryPlan& plan,
                              UniqueFd& pid_namespace, Descriptors& descriptors) {
    std::uint64_t flags = 0;
    for (const auto& asked : config.linux.namespaces) {
        const auto& kind = *linux::find_namespace_kind(asked.type);
        if (kind.flag == CLONE_NEWNET && network_namespace >= 0) continue;
        if (asked.path.empty()) {
            // The root of a cgroup namespace is where the process is then: it must have joined its cgroups
            // before.
            if (kind.flag == CLONE_NEWCGROUP)
                plan.new_cgroup_namespace = true;
            else
                flags |= static_cast<std::uint64_t>(kind.flag);
            continue;
        }
        auto fd = linux::open_namespace(asked.path.c_str(), kind);
        // A process cannot change its own pid namespace: its parent does, for its children.
        if (kind.flag == CLONE_NEWPID) {
            pid_namespace = std::move(fd);
            continue;
        }
        plan.joined.push_back({fd.get(), kind.flag, kind.name.data()});
        descriptors.push_back(std::move(fd));
    }
    if (network_namespace >= 0) plan.joined.push_back({network_namespace, CLONE_NEWNET, "network"});
    plan.new_user_namespace = plan.root_in_namespace = (flags & CLONE_NEWUSER) != 0;
    plan.new_network_namespace = (flags & CLONE_NEWNET) != 0;
    return flags;
}

}  // namespace dhow::runtime::parent
