#pragma once
// What a cgroup may use, in the words of cgroup v1 (as the OCI specification has them); v2 gets what means
// the same. An absent value is left as it is.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "linux/cgroup/hierarchy.hpp"

namespace dhow::linux::cgroup {

/// Bytes; -1 is "without a limit".
struct MemoryLimits {
    std::optional<std::int64_t> limit;
    std::optional<std::int64_t> reservation;
    std::optional<std::int64_t> memory_and_swap;
    std::optional<std::uint64_t> swappiness;           ///< v1
    std::optional<bool> disable_out_of_memory_killer;  ///< v1
};

struct CpuLimits {
    std::optional<std::uint64_t> shares;  ///< 2 to 262144; 1024 is the middle
    std::optional<std::int64_t> quota;    ///< microseconds a period; -1: without a limit
    std::optional<std::uint64_t> period;  ///< microseconds
    std::optional<std::uint64_t> burst;   ///< microseconds
    std::optional<std::int64_t> idle;
    std::optional<std::int64_t> realtime_runtime;  ///< microseconds; v1
    std::optional<std::uint64_t> realtime_period;  ///< microseconds; v1
};

/// Lists, as "0-3,7"; empty: as they are.
struct CpusetLimits {
    std::string cpus;
    std::string memories;
};

struct DeviceRate {
    std::int64_t major = 0;
    std::int64_t minor = 0;
    std::uint64_t rate = 0;  ///< a second
};

struct DeviceWeight {
    std::int64_t major = 0;
    std::int64_t minor = 0;
    std::uint16_t weight = 0;
};

struct BlockIoLimits {
    std::optional<std::uint16_t> weight;  ///< 10 to 1000
    std::vector<DeviceWeight> device_weights;
    std::vector<DeviceRate> read_bytes;
    std::vector<DeviceRate> write_bytes;
    std::vector<DeviceRate> read_operations;
    std::vector<DeviceRate> write_operations;
};

/// The last rule that matches decides; what none matches is denied.
struct DeviceRule {
    bool allow = false;
    char type = 'a';          ///< 'a', 'b' or 'c'
    std::int64_t major = -1;  ///< -1: any
    std::int64_t minor = -1;
    bool read = true;
    bool write = true;
    bool make = true;
};

struct HugepageLimit {
    std::string page_size;  ///< as "2MB"
    std::uint64_t bytes = 0;
};

struct Limits {
    MemoryLimits memory;
    CpuLimits cpu;
    CpusetLimits cpuset;
    std::optional<std::int64_t> pids;  ///< -1: without a limit
    BlockIoLimits block_io;
    std::vector<HugepageLimit> hugepages;
    std::vector<DeviceRule> devices;
    std::map<std::string, std::string> unified;  ///< file of v2 to its content
};

/// The mechanism for one controller each, in the folder that holds it. @throws SystemError
void set_memory(Directory directory, const MemoryLimits& limits);
void set_cpu(Directory directory, const CpuLimits& limits);
void set_cpuset(Directory directory, const CpusetLimits& limits);
void set_pids(Directory directory, std::int64_t limit);
void set_block_io(Directory directory, const BlockIoLimits& limits);
void set_hugepages(Directory directory, const std::vector<HugepageLimit>& limits);
/// Replaces all rules.
void set_devices(Directory directory, const std::vector<DeviceRule>& rules);

/// What cgroup v2 calls the weight (1 to 10000) that v1's shares (2 to 262144) mean: 1024 becomes 100.
std::uint64_t weight_of_shares(std::uint64_t shares);

}  // namespace dhow::linux::cgroup
