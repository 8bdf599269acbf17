#pragma once
// Container.HostConfig: what a `create` asks of the host, and Resources, the part that `update` can change.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "wire/codec.hpp"
#include "wire/mount.hpp"

namespace dhow::wire {

struct WeightDevice {
    std::string path;
    std::uint16_t weight = 0;
};

/// Bytes or operations a second.
struct ThrottleDevice {
    std::string path;
    std::uint64_t rate = 0;
};

struct DeviceMapping {
    std::string path_on_host;
    std::string path_in_container;
    std::string cgroup_permissions;  ///< letters of "rwm"
};

struct DeviceRequest {
    std::string driver;
    std::int64_t count = 0;  ///< -1: all
    std::vector<std::string> device_ids;
    std::vector<std::vector<std::string>> capabilities;
    std::map<std::string, std::string> options;
};

struct Ulimit {
    std::string name;
    std::int64_t hard = 0;
    std::int64_t soft = 0;
};

struct RestartPolicy {
    std::string name;  ///< "", no, always, unless-stopped, on-failure
    std::int64_t maximum_retry_count = 0;
};

struct LogConfig {
    std::string type;
    std::map<std::string, std::string> config;
};

/// Limits: sizes in bytes, 0 is none unless said otherwise.
struct Resources {
    std::int64_t cpu_shares = 0;
    std::int64_t memory = 0;
    std::int64_t nano_cpus = 0;  ///< billionths of a processor
    std::string cgroup_parent;
    std::uint16_t blkio_weight = 0;
    std::vector<WeightDevice> blkio_weight_device;
    std::vector<ThrottleDevice> blkio_device_read_bps;
    std::vector<ThrottleDevice> blkio_device_write_bps;
    std::vector<ThrottleDevice> blkio_device_read_iops;
    std::vector<ThrottleDevice> blkio_device_write_iops;
    std::int64_t cpu_period = 0;  ///< microseconds
    std::int64_t cpu_quota = 0;   ///< microseconds a period
    std::int64_t cpu_realtime_period = 0;
    std::int64_t cpu_realtime_runtime = 0;
    std::string cpuset_cpus;
    std::string cpuset_mems;
    std::vector<DeviceMapping> devices;
    std::vector<std::string> device_cgroup_rules;
    std::vector<DeviceRequest> device_requests;
    std::int64_t kernel_memory = 0;  ///< before 1.42
    std::int64_t kernel_memory_tcp = 0;
    std::int64_t memory_reservation = 0;
    std::int64_t memory_swap = 0;  ///< memory and swap together; -1: no limit
    std::optional<std::int64_t> memory_swappiness;
    std::optional<bool> oom_kill_disable;
    std::optional<std::int64_t> pids_limit;
    std::vector<Ulimit> ulimits;
    std::int64_t cpu_count = 0;  ///< Windows alone, as are the next three
    std::int64_t cpu_percent = 0;
    std::uint64_t io_maximum_iops = 0;
    std::uint64_t io_maximum_bandwidth = 0;
};

struct HostConfig : Resources {
    std::vector<std::string> binds;
    std::string container_id_file;
    LogConfig log_config;
    std::string network_mode;
    PortMap port_bindings;
    RestartPolicy restart_policy;
    bool auto_remove = false;
    std::string volume_driver;
    std::vector<std::string> volumes_from;
    ConsoleSize console_size;
    std::map<std::string, std::string> annotations;
    Words cap_add;
    Words cap_drop;
    std::string cgroupns_mode;
    std::vector<std::string> dns;
    std::vector<std::string> dns_options;
    std::vector<std::string> dns_search;
    std::vector<std::string> extra_hosts;
    std::vector<std::string> group_add;
    std::string ipc_mode;
    std::string cgroup;
    std::vector<std::string> links;
    std::int64_t oom_score_adj = 0;
    std::string pid_mode;
    bool privileged = false;
    bool publish_all_ports = false;
    bool readonly_rootfs = false;
    std::vector<std::string> security_opt;
    std::map<std::string, std::string> storage_opt;
    std::map<std::string, std::string> tmpfs;
    std::string uts_mode;
    std::string userns_mode;
    std::int64_t shm_size = 0;
    std::map<std::string, std::string> sysctls;
    std::string runtime;
    std::string isolation;
    std::vector<Mount> mounts;
    std::optional<std::vector<std::string>> masked_paths;    ///< none: the defaults; empty: nothing is masked
    std::optional<std::vector<std::string>> readonly_paths;  ///< likewise
    std::optional<bool> init;
};

/// POST /containers/{id}/update
struct ContainerUpdate : Resources {
    RestartPolicy restart_policy;
};

struct ContainerUpdateResponse {
    std::vector<std::string> warnings;
};

}  // namespace dhow::wire

namespace dhow::json {

template <>
struct Members<wire::WeightDevice> {
    static constexpr auto list =
        std::tuple{member("Path", &wire::WeightDevice::path), member("Weight", &wire::WeightDevice::weight)};
};

template <>
struct Members<wire::ThrottleDevice> {
    static constexpr auto list =
        std::tuple{member("Path", &wire::ThrottleDevice::path), member("Rate", &wire::ThrottleDevice::rate)};
};

template <>
struct Members<wire::DeviceMapping> {
    static constexpr auto list = std::tuple{
        member("PathOnHost", &wire::DeviceMapping::path_on_host),
        member("PathInContainer", &wire::DeviceMapping::path_in_container),
        member("CgroupPermissions", &wire::DeviceMapping::cgroup_permissions),
    };
};

template <>
struct Members<wire::DeviceRequest> {
    static constexpr auto list = std::tuple{
        member("Driver", &wire::DeviceRequest::driver),
        member("Count", &wire::DeviceRequest::count),
        member("DeviceIDs", &wire::DeviceRequest::device_ids, null_empty),
        member("Capabilities", &wire::DeviceRequest::capabilities, null_empty),
        member("Options", &wire::DeviceRequest::options),
    };
};

template <>
struct Members<wire::Ulimit> {
    static constexpr auto list =
        std::tuple{member("Name", &wire::Ulimit::name), member("Hard", &wire::Ulimit::hard),
                   member("Soft", &wire::Ulimit::soft)};
};

template <>
struct Members<wire::RestartPolicy> {
    static constexpr auto list = std::tuple{
        member("Name", &wire::RestartPolicy::name),
        member("MaximumRetryCount", &wire::RestartPolicy::maximum_retry_count),
    };
};

template <>
struct Members<wire::LogConfig> {
    static constexpr auto list =
        std::tuple{member("Type", &wire::LogConfig::type), member("Config", &wire::LogConfig::config)};
};

template <>
struct Members<wire::Resources> {
    static constexpr auto list = std::tuple{
        member("CpuShares", &wire::Resources::cpu_shares),
        member("Memory", &wire::Resources::memory),
        member("NanoCpus", &wire::Resources::nano_cpus),
        member("CgroupParent", &wire::Resources::cgroup_parent),
        member("BlkioWeight", &wire::Resources::blkio_weight),
        member("BlkioWeightDevice", &wire::Resources::blkio_weight_device),
        member("BlkioDeviceReadBps", &wire::Resources::blkio_device_read_bps),
        member("BlkioDeviceWriteBps", &wire::Resources::blkio_device_write_bps),
        member("BlkioDeviceReadIOps", &wire::Resources::blkio_device_read_iops),
        member("BlkioDeviceWriteIOps", &wire::Resources::blkio_device_write_iops),
        member("CpuPeriod", &wire::Resources::cpu_period),
        member("CpuQuota", &wire::Resources::cpu_quota),
        member("CpuRealtimePeriod", &wire::Resources::cpu_realtime_period),
        member("CpuRealtimeRuntime", &wire::Resources::cpu_realtime_runtime),
        member("CpusetCpus", &wire::Resources::cpuset_cpus),
        member("CpusetMems", &wire::Resources::cpuset_mems),
        member("Devices", &wire::Resources::devices),
        member("DeviceCgroupRules", &wire::Resources::device_cgroup_rules, null_empty),
        member("DeviceRequests", &wire::Resources::device_requests, null_empty),
        member("KernelMemory", &wire::Resources::kernel_memory, omit_empty),
        member("KernelMemoryTCP", &wire::Resources::kernel_memory_tcp, omit_empty),
        member("MemoryReservation", &wire::Resources::memory_reservation),
        member("MemorySwap", &wire::Resources::memory_swap),
        member("MemorySwappiness", &wire::Resources::memory_swappiness),
        member("OomKillDisable", &wire::Resources::oom_kill_disable),
        member("PidsLimit", &wire::Resources::pids_limit),
        member("Ulimits", &wire::Resources::ulimits, null_empty),
        member("CpuCount", &wire::Resources::cpu_count),
        member("CpuPercent", &wire::Resources::cpu_percent),
        member("IOMaximumIOps", &wire::Resources::io_maximum_iops),
        member("IOMaximumBandwidth", &wire::Resources::io_maximum_bandwidth),
    };
};

template <>
struct Members<wire::HostConfig> {
    static constexpr auto before = std::tuple{
        member("Binds", &wire::HostConfig::binds, null_empty),
        member("ContainerIDFile", &wire::HostConfig::container_id_file),
        member("LogConfig", &wire::HostConfig::log_config),
        member("NetworkMode", &wire::HostConfig::network_mode),
        member("PortBindings", &wire::HostConfig::port_bindings),
        member("RestartPolicy", &wire::HostConfig::restart_policy),
        member("AutoRemove", &wire::HostConfig::auto_remove),
        member("VolumeDriver", &wire::HostConfig::volume_driver),
        member("VolumesFrom", &wire::HostConfig::volumes_from, null_empty),
        member("ConsoleSize", &wire::HostConfig::console_size),
        member("Annotations", &wire::HostConfig::annotations, omit_empty),
        member("CapAdd", &wire::HostConfig::cap_add),
        member("CapDrop", &wire::HostConfig::cap_drop),
        member("CgroupnsMode", &wire::HostConfig::cgroupns_mode),
        member("Dns", &wire::HostConfig::dns),
        member("DnsOptions", &wire::HostConfig::dns_options),
        member("DnsSearch", &wire::HostConfig::dns_search),
        member("ExtraHosts", &wire::HostConfig::extra_hosts, null_empty),
        member("GroupAdd", &wire::HostConfig::group_add, null_empty),
        member("IpcMode", &wire::HostConfig::ipc_mode),
        member("Cgroup", &wire::HostConfig::cgroup),
        member("Links", &wire::HostConfig::links, null_empty),
        member("OomScoreAdj", &wire::HostConfig::oom_score_adj),
        member("PidMode", &wire::HostConfig::pid_mode),
        member("Privileged", &wire::HostConfig::privileged),
        member("PublishAllPorts", &wire::HostConfig::publish_all_ports),
        member("ReadonlyRootfs", &wire::HostConfig::readonly_rootfs),
        member("SecurityOpt", &wire::HostConfig::security_opt, null_empty),
        member("StorageOpt", &wire::HostConfig::storage_opt, omit_empty),
        member("Tmpfs", &wire::HostConfig::tmpfs, omit_empty),
        member("UTSMode", &wire::HostConfig::uts_mode),
        member("UsernsMode", &wire::HostConfig::userns_mode),
        member("ShmSize", &wire::HostConfig::shm_size),
        member("Sysctls", &wire::HostConfig::sysctls, omit_empty),
        member("Runtime", &wire::HostConfig::runtime, omit_empty),
        member("Isolation", &wire::HostConfig::isolation),
    };
    static constexpr auto after = std::tuple{
        member("Mounts", &wire::HostConfig::mounts, omit_empty),
        member("MaskedPaths", &wire::HostConfig::masked_paths),
        member("ReadonlyPaths", &wire::HostConfig::readonly_paths),
        member("Init", &wire::HostConfig::init, omit_empty),
    };
    static constexpr auto list = std::tuple_cat(before, Members<wire::Resources>::list, after);
};

template <>
struct Members<wire::ContainerUpdate> {
    static constexpr auto list =
        std::tuple_cat(Members<wire::Resources>::list,
                       std::tuple{member("RestartPolicy", &wire::ContainerUpdate::restart_policy)});
};

template <>
struct Members<wire::ContainerUpdateResponse> {
    static constexpr auto list =
        std::tuple{member("Warnings", &wire::ContainerUpdateResponse::warnings, null_empty)};
};

}  // namespace dhow::json
