#pragma once
// config.json, translated into what the child does: decisions and checks, but nothing on the host is changed.

#include <filesystem>
#include <vector>

#include "base/unique_fd.hpp"
#include "linux/cgroup/cgroup.hpp"
#include "oci/runtime_config.hpp"
#include "runtime/init/plan.hpp"

namespace dhow::runtime::parent {

/// Descriptors that a plan refers to.
using Descriptors = std::vector<UniqueFd>;

/// Refuses what cannot be, and what this platform cannot honour. @throws InvalidArgument, NotImplemented
void check_config(const oci::RuntimeConfig& config);
void check_process(const oci::Process& process);

/// Detached mounts of the root (an overlay when the annotations describe one) and of what is bound into it,
/// and the order in which they are attached. @throws SystemError that names the source
void plan_root(const oci::RuntimeConfig& config, const std::filesystem::path& bundle,
               init::ContainerPlan& plan, Descriptors& descriptors);
void plan_mounts(const oci::RuntimeConfig& config, const std::filesystem::path& bundle,
                 const linux::cgroup::Cgroup& cgroup, init::ContainerPlan& plan, Descriptors& descriptors);
void plan_devices(const oci::RuntimeConfig& config, init::ContainerPlan& plan);

/// Kernel settings, by their strict grammar. @throws InvalidArgument for one that is not the container's own.
void plan_sysctls(const oci::RuntimeConfig& config, init::ContainerPlan& plan);

/// The flags for clone3(2), and what is joined. @throws InvalidArgument
std::uint64_t plan_namespaces(const oci::RuntimeConfig& config, int network_namespace, init::EntryPlan& plan,
                              UniqueFd& pid_namespace, Descriptors& descriptors);

/// All of a process but its seccomp filter and its channel.
init::ProgramPlan plan_program(const oci::Process& process);

/// The number that personality(2) takes. @throws InvalidArgument
unsigned long personality_of(const oci::Personality& personality);

/// The cgroup of a container: cgroupsPath, or /dhow/ID.
std::string cgroup_path(const oci::RuntimeConfig& config, const std::string& id);

/// Limits as the cgroups take them. With `with_default_devices`, the list of devices is complete: all is
/// denied but the rules given and those that every container has.
linux::cgroup::Limits limits_of(const oci::Resources& resources, bool with_default_devices);

}  // namespace dhow::runtime::parent
