#pragma once
// Limits of a container, in the Engine API's units: the part of its HostConfig that `update` can change too.
// Source: Engine API 1.51, Resources. 0 (or none) leaves the kernel's default, unless a field says otherwise.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

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
