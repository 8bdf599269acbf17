#pragma once
// The JSON of engine/model/resources.hpp, apart from it because it is slow to compile and few files need it.

#include "base/json.hpp"
#include "engine/model/resources.hpp"

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
