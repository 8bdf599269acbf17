#pragma once
// The JSON of oci/runtime_config.hpp, apart from it because it is slow to compile and few files need it.

#include <tuple>

#include "base/json.hpp"
#include "oci/runtime_config.hpp"

namespace dhow::json {

template <>
struct Members<oci::User> {
    static constexpr auto list =
        std::tuple{member("uid", &oci::User::uid), member("gid", &oci::User::gid),
                   member("umask", &oci::User::umask, omit_empty),
                   member("additionalGids", &oci::User::additional_gids, omit_empty)};
};

template <>
struct Members<oci::Capabilities> {
    using T = oci::Capabilities;
    static constexpr auto list = std::tuple{
        member("bounding", &T::bounding, omit_empty), member("effective", &T::effective, omit_empty),
        member("inheritable", &T::inheritable, omit_empty), member("permitted", &T::permitted, omit_empty),
        member("ambient", &T::ambient, omit_empty)};
};

template <>
struct Members<oci::Rlimit> {
    static constexpr auto list =
        std::tuple{member("type", &oci::Rlimit::type), member("hard", &oci::Rlimit::hard),
                   member("soft", &oci::Rlimit::soft)};
};

template <>
struct Members<oci::ConsoleSize> {
    static constexpr auto list =
        std::tuple{member("height", &oci::ConsoleSize::height), member("width", &oci::ConsoleSize::width)};
};

template <>
struct Members<oci::Process> {
    using T = oci::Process;
    static constexpr auto list = std::tuple{member("terminal", &T::terminal, omit_empty),
                                            member("consoleSize", &T::console_size, omit_empty),
                                            member("user", &T::user),
                                            member("args", &T::args),
                                            member("env", &T::env, omit_empty),
                                            member("cwd", &T::cwd),
                                            member("capabilities", &T::capabilities, omit_empty),
                                            member("rlimits", &T::rlimits, omit_empty),
                                            member("noNewPrivileges", &T::no_new_privileges, omit_empty),
                                            member("apparmorProfile", &T::apparmor_profile, omit_empty),
                                            member("selinuxLabel", &T::selinux_label, omit_empty),
                                            member("oomScoreAdj", &T::oom_score_adj, omit_empty),
                                            member("scheduler", &T::scheduler, omit_empty),
                                            member("ioPriority", &T::io_priority, omit_empty),
                                            member("execCPUAffinity", &T::exec_cpu_affinity, omit_empty)};
};

template <>
struct Members<oci::Root> {
    static constexpr auto list =
        std::tuple{member("path", &oci::Root::path), member("readonly", &oci::Root::readonly, omit_empty)};
};

template <>
struct Members<oci::IdMapping> {
    static constexpr auto list =
        std::tuple{member("containerID", &oci::IdMapping::container_id),
                   member("hostID", &oci::IdMapping::host_id), member("size", &oci::IdMapping::size)};
};

template <>
struct Members<oci::Mount> {
    using T = oci::Mount;
    static constexpr auto list = std::tuple{member("destination", &T::destination),
                                            member("type", &T::type, omit_empty),
                                            member("source", &T::source, omit_empty),
                                            member("options", &T::options, omit_empty),
                                            member("uidMappings", &T::uid_mappings, omit_empty),
                                            member("gidMappings", &T::gid_mappings, omit_empty)};
};

template <>
struct Members<oci::Hook> {
    using T = oci::Hook;
    static constexpr auto list =
        std::tuple{member("path", &T::path), member("args", &T::args, omit_empty),
                   member("env", &T::env, omit_empty), member("timeout", &T::timeout, omit_empty)};
};

template <>
struct Members<oci::Hooks> {
    using T = oci::Hooks;
    static constexpr auto list = std::tuple{member("prestart", &T::prestart, omit_empty),
                                            member("createRuntime", &T::create_runtime, omit_empty),
                                            member("createContainer", &T::create_container, omit_empty),
                                            member("startContainer", &T::start_container, omit_empty),
                                            member("poststart", &T::poststart, omit_empty),
                                            member("poststop", &T::poststop, omit_empty)};
};

template <>
struct Members<oci::Namespace> {
    static constexpr auto list =
        std::tuple{member("type", &oci::Namespace::type), member("path", &oci::Namespace::path, omit_empty)};
};

template <>
struct Members<oci::Device> {
    using T = oci::Device;
    static constexpr auto list = std::tuple{member("path", &T::path),
                                            member("type", &T::type),
                                            member("major", &T::major),
                                            member("minor", &T::minor),
                                            member("fileMode", &T::file_mode, omit_empty),
                                            member("uid", &T::uid, omit_empty),
                                            member("gid", &T::gid, omit_empty)};
};

template <>
struct Members<oci::DeviceRule> {
    using T = oci::DeviceRule;
    static constexpr auto list =
        std::tuple{member("allow", &T::allow), member("type", &T::type, omit_empty),
                   member("major", &T::major, omit_empty), member("minor", &T::minor, omit_empty),
                   member("access", &T::access, omit_empty)};
};

template <>
struct Members<oci::Memory> {
    using T = oci::Memory;
    static constexpr auto list = std::tuple{member("limit", &T::limit, omit_empty),
                                            member("reservation", &T::reservation, omit_empty),
                                            member("swap", &T::swap, omit_empty),
                                            member("kernel", &T::kernel, omit_empty),
                                            member("kernelTCP", &T::kernel_tcp, omit_empty),
                                            member("swappiness", &T::swappiness, omit_empty),
                                            member("disableOOMKiller", &T::disable_oom_killer, omit_empty),
                                            member("useHierarchy", &T::use_hierarchy, omit_empty),
                                            member("checkBeforeUpdate", &T::check_before_update, omit_empty)};
};

template <>
struct Members<oci::Cpu> {
    using T = oci::Cpu;
    static constexpr auto list = std::tuple{member("shares", &T::shares, omit_empty),
                                            member("quota", &T::quota, omit_empty),
                                            member("burst", &T::burst, omit_empty),
                                            member("period", &T::period, omit_empty),
                                            member("realtimeRuntime", &T::realtime_runtime, omit_empty),
                                            member("realtimePeriod", &T::realtime_period, omit_empty),
                                            member("cpus", &T::cpus, omit_empty),
                                            member("mems", &T::mems, omit_empty),
                                            member("idle", &T::idle, omit_empty)};
};

template <>
struct Members<oci::Pids> {
    static constexpr auto list = std::tuple{member("limit", &oci::Pids::limit, omit_empty)};
};

template <>
struct Members<oci::WeightDevice> {
    using T = oci::WeightDevice;
    static constexpr auto list = std::tuple{member("major", &T::major), member("minor", &T::minor),
                                            member("weight", &T::weight, omit_empty),
                                            member("leafWeight", &T::leaf_weight, omit_empty)};
};

template <>
struct Members<oci::ThrottleDevice> {
    using T = oci::ThrottleDevice;
    static constexpr auto list =
        std::tuple{member("major", &T::major), member("minor", &T::minor), member("rate", &T::rate)};
};

template <>
struct Members<oci::BlockIo> {
    using T = oci::BlockIo;
    static constexpr auto list =
        std::tuple{member("weight", &T::weight, omit_empty),
                   member("leafWeight", &T::leaf_weight, omit_empty),
                   member("weightDevice", &T::weight_device, omit_empty),
                   member("throttleReadBpsDevice", &T::throttle_read_bps_device, omit_empty),
                   member("throttleWriteBpsDevice", &T::throttle_write_bps_device, omit_empty),
                   member("throttleReadIOPSDevice", &T::throttle_read_iops_device, omit_empty),
                   member("throttleWriteIOPSDevice", &T::throttle_write_iops_device, omit_empty)};
};

template <>
struct Members<oci::HugepageLimit> {
    static constexpr auto list = std::tuple{member("pageSize", &oci::HugepageLimit::page_size),
                                            member("limit", &oci::HugepageLimit::limit)};
};

template <>
struct Members<oci::Resources> {
    using T = oci::Resources;
    static constexpr auto list = std::tuple{member("devices", &T::devices, omit_empty),
                                            member("memory", &T::memory, omit_empty),
                                            member("cpu", &T::cpu, omit_empty),
                                            member("pids", &T::pids, omit_empty),
                                            member("blockIO", &T::block_io, omit_empty),
                                            member("hugepageLimits", &T::hugepage_limits, omit_empty),
                                            member("unified", &T::unified, omit_empty),
                                            member("network", &T::network, omit_empty),
                                            member("rdma", &T::rdma, omit_empty)};
};

template <>
struct Members<oci::SeccompArgument> {
    using T = oci::SeccompArgument;
    static constexpr auto list =
        std::tuple{member("index", &T::index), member("value", &T::value),
                   member("valueTwo", &T::value_two, omit_empty), member("op", &T::op)};
};

template <>
struct Members<oci::SeccompSyscall> {
    using T = oci::SeccompSyscall;
    static constexpr auto list =
        std::tuple{member("names", &T::names), member("action", &T::action),
                   member("errnoRet", &T::errno_ret, omit_empty), member("args", &T::args, omit_empty)};
};

template <>
struct Members<oci::Seccomp> {
    using T = oci::Seccomp;
    static constexpr auto list = std::tuple{member("defaultAction", &T::default_action),
                                            member("defaultErrnoRet", &T::default_errno_ret, omit_empty),
                                            member("flags", &T::flags, omit_empty),
                                            member("listenerPath", &T::listener_path, omit_empty),
                                            member("listenerMetadata", &T::listener_metadata, omit_empty),
                                            member("architectures", &T::architectures, omit_empty),
                                            member("syscalls", &T::syscalls, omit_empty)};
};

template <>
struct Members<oci::Personality> {
    static constexpr auto list = std::tuple{member("domain", &oci::Personality::domain),
                                            member("flags", &oci::Personality::flags, omit_empty)};
};

template <>
struct Members<oci::Linux> {
    using T = oci::Linux;
    static constexpr auto list = std::tuple{member("namespaces", &T::namespaces, omit_empty),
                                            member("uidMappings", &T::uid_mappings, omit_empty),
                                            member("gidMappings", &T::gid_mappings, omit_empty),
                                            member("devices", &T::devices, omit_empty),
                                            member("cgroupsPath", &T::cgroups_path, omit_empty),
                                            member("resources", &T::resources, omit_empty),
                                            member("seccomp", &T::seccomp, omit_empty),
                                            member("rootfsPropagation", &T::rootfs_propagation, omit_empty),
                                            member("maskedPaths", &T::masked_paths, omit_empty),
                                            member("readonlyPaths", &T::readonly_paths, omit_empty),
                                            member("sysctl", &T::sysctl, omit_empty),
                                            member("mountLabel", &T::mount_label, omit_empty),
                                            member("personality", &T::personality, omit_empty),
                                            member("intelRdt", &T::intel_rdt, omit_empty),
                                            member("timeOffsets", &T::time_offsets, omit_empty),
                                            member("memoryPolicy", &T::memory_policy, omit_empty),
                                            member("netDevices", &T::net_devices, omit_empty)};
};

template <>
struct Members<oci::RuntimeConfig> {
    using T = oci::RuntimeConfig;
    static constexpr auto list = std::tuple{member("ociVersion", &T::oci_version),
                                            member("process", &T::process, omit_empty),
                                            member("root", &T::root),
                                            member("hostname", &T::hostname, omit_empty),
                                            member("domainname", &T::domainname, omit_empty),
                                            member("mounts", &T::mounts, omit_empty),
                                            member("hooks", &T::hooks, omit_empty),
                                            member("annotations", &T::annotations, omit_empty),
                                            member("linux", &T::linux, omit_empty)};
};

}  // namespace dhow::json
