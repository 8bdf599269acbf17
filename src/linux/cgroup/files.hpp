#pragma once
// The kernel's names of cgroup files, spelt here alone. Documentation/admin-guide/cgroup-v1 and
// cgroup-v2.rst.

namespace dhow::linux::cgroup::files {

/// A file with one meaning in both versions; null where that version has none.
struct File {
    const char* v1;
    const char* v2;
};

inline constexpr File processes{"cgroup.procs", "cgroup.procs"};
inline constexpr const char* v1_tasks = "tasks";
inline constexpr const char* v1_clone_children = "cgroup.clone_children";
inline constexpr const char* v1_event_control = "cgroup.event_control";
inline constexpr const char* v2_controllers = "cgroup.controllers";
inline constexpr const char* v2_subtree_control = "cgroup.subtree_control";
inline constexpr const char* v2_events = "cgroup.events";  // populated, frozen
inline constexpr const char* v2_kill = "cgroup.kill";

inline constexpr File memory_limit{"memory.limit_in_bytes", "memory.max"};
inline constexpr File memory_reservation{"memory.soft_limit_in_bytes", "memory.low"};
inline constexpr const char* v1_memory_and_swap = "memory.memsw.limit_in_bytes";  // both together
inline constexpr const char* v2_swap = "memory.swap.max";                         // swap alone
inline constexpr const char* v1_swappiness = "memory.swappiness";
inline constexpr File memory_usage{"memory.usage_in_bytes", "memory.current"};
inline constexpr File memory_peak{"memory.max_usage_in_bytes", "memory.peak"};
inline constexpr const char* v1_memory_failures = "memory.failcnt";
inline constexpr const char* memory_stat = "memory.stat";
inline constexpr File out_of_memory{"memory.oom_control", "memory.events"};  // both have "oom_kill N"

inline constexpr File cpu_weight{"cpu.shares", "cpu.weight"};
inline constexpr const char* v1_quota = "cpu.cfs_quota_us";
inline constexpr const char* v1_period = "cpu.cfs_period_us";
inline constexpr const char* v2_cpu_max = "cpu.max";  // "QUOTA PERIOD"
inline constexpr File cpu_burst{"cpu.cfs_burst_us", "cpu.max.burst"};
inline constexpr const char* cpu_idle = "cpu.idle";
inline constexpr const char* v1_realtime_runtime = "cpu.rt_runtime_us";
inline constexpr const char* v1_realtime_period = "cpu.rt_period_us";
inline constexpr const char* cpu_stat = "cpu.stat";
inline constexpr const char* v1_cpu_usage = "cpuacct.usage";                 // nanoseconds
inline constexpr const char* v1_cpu_usage_per_cpu = "cpuacct.usage_percpu";  // nanoseconds
inline constexpr const char* v1_cpu_usage_user = "cpuacct.usage_user";       // nanoseconds
inline constexpr const char* v1_cpu_usage_system = "cpuacct.usage_sys";      // nanoseconds

inline constexpr const char* cpuset_cpus = "cpuset.cpus";
inline constexpr const char* cpuset_memories = "cpuset.mems";

inline constexpr const char* pids_limit = "pids.max";
inline constexpr const char* pids_current = "pids.current";

inline constexpr const char* v1_devices_allow = "devices.allow";
inline constexpr const char* v1_devices_deny = "devices.deny";

inline constexpr const char* v1_freezer = "freezer.state";
inline constexpr const char* v2_freezer = "cgroup.freeze";

inline constexpr const char* v1_io_weight = "blkio.weight";
inline constexpr const char* v1_io_weight_bfq = "blkio.bfq.weight";
inline constexpr const char* v1_io_weight_device = "blkio.weight_device";
inline constexpr const char* v1_io_weight_device_bfq = "blkio.bfq.weight_device";
inline constexpr const char* v2_io_weight = "io.weight";
inline constexpr const char* v2_io_weight_bfq = "io.bfq.weight";
inline constexpr const char* v2_io_max = "io.max";
inline constexpr const char* v2_io_stat = "io.stat";
inline constexpr const char* v1_read_bytes_rate = "blkio.throttle.read_bps_device";
inline constexpr const char* v1_write_bytes_rate = "blkio.throttle.write_bps_device";
inline constexpr const char* v1_read_operations_rate = "blkio.throttle.read_iops_device";
inline constexpr const char* v1_write_operations_rate = "blkio.throttle.write_iops_device";
inline constexpr const char* v1_io_bytes = "blkio.throttle.io_service_bytes_recursive";
inline constexpr const char* v1_io_operations = "blkio.throttle.io_serviced_recursive";

}  // namespace dhow::linux::cgroup::files
