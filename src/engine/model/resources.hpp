#pragma once
// Limits of a container, in the Engine API's units: the part of its HostConfig that `update` can change too.
// Source: Engine API 1.51, Resources. 0 (or none) leaves the kernel's default, unless a field says otherwise.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace dhow::engine {

struct WeightDevice {
    std::string path;
    std::uint16_t weight = 0;
};

struct ThrottleDevice {
    std::string path;
    std::uint64_t rate = 0;
};

struct DeviceMapping {
    std::string path_on_host;
    std::string path_in_container;
    std::string cgroup_permissions;
};

/// `--gpus`: no driver for it exists in dhow, so validation refuses it by name.
struct DeviceRequest {
    std::string driver;
    int count = 0;
    std::vector<std::string> device_ids;
    std::vector<std::vector<std::string>> capabilities;
    std::map<std::string, std::string> options;
};

struct Ulimit {
    std::string name;  ///< "nofile", without RLIMIT_
    std::int64_t soft = 0;
    std::int64_t hard = 0;
};

struct Resources {
    std::int64_t cpu_shares = 0;
    std::int64_t memory = 0;  ///< bytes
    std::int64_t nano_cpus = 0;
    std::string cgroup_parent;
    std::uint16_t blkio_weight = 0;
    std::vector<WeightDevice> blkio_weight_device;
    std::vector<ThrottleDevice> blkio_device_read_bps;
    std::vector<ThrottleDevice> blkio_device_write_bps;
    std::vector<ThrottleDevice> blkio_device_read_iops;
    std::vector<ThrottleDevice> blkio_device_write_iops;
    std::int64_t cpu_period = 0;  ///< microseconds
    std::int64_t cpu_quota = 0;   ///< microseconds
    std::int64_t cpu_realtime_period = 0;
    std::int64_t cpu_realtime_runtime = 0;
    std::string cpuset_cpus;
    std::string cpuset_mems;
    std::vector<DeviceMapping> devices;
    std::vector<std::string> device_cgroup_rules;
    std::vector<DeviceRequest> device_requests;
    std::int64_t kernel_memory = 0;
    std::int64_t kernel_memory_tcp = 0;
    std::int64_t memory_reservation = 0;  ///< bytes
    std::int64_t memory_swap = 0;         ///< bytes of memory and swap together; -1: unlimited swap
    std::optional<std::int64_t> memory_swappiness;
    std::optional<bool> oom_kill_disable;
    std::optional<std::int64_t> pids_limit;  ///< 0 and -1: unlimited
    std::vector<Ulimit> ulimits;
    std::int64_t cpu_count = 0;    ///< Windows'
    std::int64_t cpu_percent = 0;  ///< Windows'
    std::uint64_t io_maximum_iops = 0;
    std::uint64_t io_maximum_bandwidth = 0;
};

}  // namespace dhow::engine

template <>
struct dhow::json::Members<dhow::engine::WeightDevice> {
    using T = engine::WeightDevice;
    static constexpr auto list = std::tuple{member("Path", &T::path), member("Weight", &T::weight)};
};

template <>
struct dhow::json::Members<dhow::engine::ThrottleDevice> {
    using T = engine::ThrottleDevice;
    static constexpr auto list = std::tuple{member("Path", &T::path), member("Rate", &T::rate)};
};

template <>
struct dhow::json::Members<dhow::engine::DeviceMapping> {
    using T = engine::DeviceMapping;
    static constexpr auto list = std::tuple{
        member("PathOnHost", &T::path_on_host),
        member("PathInContainer", &T::path_in_container),
        member("CgroupPermissions", &T::cgroup_permissions),
    };
};

template <>
struct dhow::json::Members<dhow::engine::DeviceRequest> {
    using T = engine::DeviceRequest;
    static constexpr auto list = std::tuple{
        member("Driver", &T::driver),
        member("Count", &T::count),
        member("DeviceIDs", &T::device_ids, null_empty),
        member("Capabilities", &T::capabilities, null_empty),
        member("Options", &T::options),
    };
};

template <>
struct dhow::json::Members<dhow::engine::Ulimit> {
    using T = engine::Ulimit;
    static constexpr auto list =
        std::tuple{member("Name", &T::name), member("Hard", &T::hard), member("Soft", &T::soft)};
};

namespace dhow::engine {

/// A member of Resources as one of `Whole`, which is Resources or derives from it.
template <typename Whole, typename Type>
constexpr auto resource(std::string_view name, Type Resources::* pointer,
                        json::Presence presence = json::Presence::always) {
    return json::member(name, static_cast<Type Whole::*>(pointer), presence);
}

/// The members of Resources, in a struct that derives from it (HostConfig) or on their own.
template <typename Whole>
constexpr auto resource_members() {
    using json::null_empty, json::omit_empty;
    using T = Resources;
    return std::tuple{
        resource<Whole>("CpuShares", &T::cpu_shares),
        resource<Whole>("Memory", &T::memory),
        resource<Whole>("NanoCpus", &T::nano_cpus),
        resource<Whole>("CgroupParent", &T::cgroup_parent),
        resource<Whole>("BlkioWeight", &T::blkio_weight),
        resource<Whole>("BlkioWeightDevice", &T::blkio_weight_device),
        resource<Whole>("BlkioDeviceReadBps", &T::blkio_device_read_bps),
        resource<Whole>("BlkioDeviceWriteBps", &T::blkio_device_write_bps),
        resource<Whole>("BlkioDeviceReadIOps", &T::blkio_device_read_iops),
        resource<Whole>("BlkioDeviceWriteIOps", &T::blkio_device_write_iops),
        resource<Whole>("CpuPeriod", &T::cpu_period),
        resource<Whole>("CpuQuota", &T::cpu_quota),
        resource<Whole>("CpuRealtimePeriod", &T::cpu_realtime_period),
        resource<Whole>("CpuRealtimeRuntime", &T::cpu_realtime_runtime),
        resource<Whole>("CpusetCpus", &T::cpuset_cpus),
        resource<Whole>("CpusetMems", &T::cpuset_mems),
        resource<Whole>("Devices", &T::devices),
        resource<Whole>("DeviceCgroupRules", &T::device_cgroup_rules, null_empty),
        resource<Whole>("DeviceRequests", &T::device_requests, null_empty),
        resource<Whole>("KernelMemory", &T::kernel_memory, omit_empty),
        resource<Whole>("KernelMemoryTCP", &T::kernel_memory_tcp, omit_empty),
        resource<Whole>("MemoryReservation", &T::memory_reservation),
        resource<Whole>("MemorySwap", &T::memory_swap),
        resource<Whole>("MemorySwappiness", &T::memory_swappiness),
        resource<Whole>("OomKillDisable", &T::oom_kill_disable),
        resource<Whole>("PidsLimit", &T::pids_limit),
        resource<Whole>("Ulimits", &T::ulimits),
        resource<Whole>("CpuCount", &T::cpu_count),
        resource<Whole>("CpuPercent", &T::cpu_percent),
        resource<Whole>("IOMaximumIOps", &T::io_maximum_iops),
        resource<Whole>("IOMaximumBandwidth", &T::io_maximum_bandwidth),
    };
}

}  // namespace dhow::engine

template <>
struct dhow::json::Members<dhow::engine::Resources> {
    static constexpr auto list = engine::resource_members<engine::Resources>();
};
