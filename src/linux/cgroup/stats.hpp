#pragma once
// What a cgroup uses, in the terms of the Engine API's stats.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dhow::linux::cgroup {

struct BlockIoCount {
    std::uint64_t major = 0;
    std::uint64_t minor = 0;
    std::string operation;  ///< "read", "write", ...
    std::uint64_t value = 0;
};

/// Times are nanoseconds, sizes bytes. A controller that the host lacks leaves zeros.
struct Stats {
    std::uint64_t cpu_total = 0;
    std::uint64_t cpu_user = 0;
    std::uint64_t cpu_system = 0;
    std::vector<std::uint64_t> cpu_per_cpu;  ///< v1 alone
    std::uint64_t throttle_periods = 0;
    std::uint64_t throttled_periods = 0;
    std::uint64_t throttled_time = 0;

    std::uint64_t memory_usage = 0;
    std::uint64_t memory_peak = 0;
    std::uint64_t memory_limit = 0;  ///< the greatest number: without a limit
    std::uint64_t memory_failures = 0;
    std::map<std::string, std::uint64_t> memory_details;  ///< memory.stat as it is

    std::uint64_t pids = 0;
    std::uint64_t pids_limit = 0;  ///< the greatest number: without a limit

    std::vector<BlockIoCount> io_bytes;
    std::vector<BlockIoCount> io_operations;
};

}  // namespace dhow::linux::cgroup
