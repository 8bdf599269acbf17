#pragma once
// GET /containers/{id}/stats: one sample, and the one before it.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace dhow::wire {

/// Times in nanoseconds.
struct ThrottlingData {
    std::uint64_t periods = 0;
    std::uint64_t throttled_periods = 0;
    std::uint64_t throttled_time = 0;
};

struct CpuUsage {
    std::uint64_t total_usage = 0;
    std::vector<std::uint64_t> percpu_usage;  ///< cgroup v1 alone
    std::uint64_t usage_in_kernelmode = 0;
    std::uint64_t usage_in_usermode = 0;
};

struct CpuStats {
    CpuUsage cpu_usage;
    std::uint64_t system_cpu_usage = 0;  ///< the whole host's
    std::uint32_t online_cpus = 0;
    ThrottlingData throttling_data;
};

/// Bytes. `stats` has the lines of memory.stat.
struct MemoryStats {
    std::uint64_t usage = 0;
    std::uint64_t max_usage = 0;
    std::map<std::string, std::uint64_t> stats;
    std::uint64_t failcnt = 0;
    std::uint64_t limit = 0;
};

struct BlkioEntry {
    std::uint64_t major = 0;
    std::uint64_t minor = 0;
    std::string op;
    std::uint64_t value = 0;
};

struct BlkioStats {
    std::vector<BlkioEntry> io_service_bytes_recursive;
    std::vector<BlkioEntry> io_serviced_recursive;
    std::vector<BlkioEntry> io_queue_recursive;
    std::vector<BlkioEntry> io_service_time_recursive;
    std::vector<BlkioEntry> io_wait_time_recursive;
    std::vector<BlkioEntry> io_merged_recursive;
    std::vector<BlkioEntry> io_time_recursive;
    std::vector<BlkioEntry> sectors_recursive;
};

struct NetworkStats {
    std::uint64_t rx_bytes = 0;
    std::uint64_t rx_packets = 0;
    std::uint64_t rx_errors = 0;
    std::uint64_t rx_dropped = 0;
    std::uint64_t tx_bytes = 0;
    std::uint64_t tx_packets = 0;
    std::uint64_t tx_errors = 0;
    std::uint64_t tx_dropped = 0;
};

struct PidsStats {
    std::uint64_t current = 0;
    std::uint64_t limit = 0;
};

/// Always empty: Windows alone has it.
struct StorageStats {
    std::uint64_t read_count_normalized = 0;
};

struct ContainerStats {
    std::string name;
    std::string id;
    std::string read;     ///< when this sample was taken
    std::string preread;  ///< when `precpu_stats` was
    PidsStats pids_stats;
    BlkioStats blkio_stats;
    std::uint32_t num_procs = 0;
    StorageStats storage_stats;
    CpuStats cpu_stats;
    CpuStats precpu_stats;
    MemoryStats memory_stats;
    std::map<std::string, NetworkStats> networks;
};

}  // namespace dhow::wire

namespace dhow::json {

template <>
struct Members<wire::ThrottlingData> {
    static constexpr auto list = std::tuple{
        member("periods", &wire::ThrottlingData::periods),
        member("throttled_periods", &wire::ThrottlingData::throttled_periods),
        member("throttled_time", &wire::ThrottlingData::throttled_time),
    };
};

template <>
struct Members<wire::CpuUsage> {
    static constexpr auto list = std::tuple{
        member("total_usage", &wire::CpuUsage::total_usage),
        member("percpu_usage", &wire::CpuUsage::percpu_usage, omit_empty),
        member("usage_in_kernelmode", &wire::CpuUsage::usage_in_kernelmode),
        member("usage_in_usermode", &wire::CpuUsage::usage_in_usermode),
    };
};

template <>
struct Members<wire::CpuStats> {
    static constexpr auto list = std::tuple{
        member("cpu_usage", &wire::CpuStats::cpu_usage),
        member("system_cpu_usage", &wire::CpuStats::system_cpu_usage, omit_empty),
        member("online_cpus", &wire::CpuStats::online_cpus, omit_empty),
        member("throttling_data", &wire::CpuStats::throttling_data),
    };
};

template <>
struct Members<wire::MemoryStats> {
    static constexpr auto list = std::tuple{
        member("usage", &wire::MemoryStats::usage, omit_empty),
        member("max_usage", &wire::MemoryStats::max_usage, omit_empty),
        member("stats", &wire::MemoryStats::stats, omit_empty),
        member("failcnt", &wire::MemoryStats::failcnt, omit_empty),
        member("limit", &wire::MemoryStats::limit, omit_empty),
    };
};

template <>
struct Members<wire::BlkioEntry> {
    static constexpr auto list = std::tuple{
        member("major", &wire::BlkioEntry::major),
        member("minor", &wire::BlkioEntry::minor),
        member("op", &wire::BlkioEntry::op),
        member("value", &wire::BlkioEntry::value),
    };
};

template <>
struct Members<wire::BlkioStats> {
    static constexpr auto list = std::tuple{
        member("io_service_bytes_recursive", &wire::BlkioStats::io_service_bytes_recursive, null_empty),
        member("io_serviced_recursive", &wire::BlkioStats::io_serviced_recursive, null_empty),
        member("io_queue_recursive", &wire::BlkioStats::io_queue_recursive, null_empty),
        member("io_service_time_recursive", &wire::BlkioStats::io_service_time_recursive, null_empty),
        member("io_wait_time_recursive", &wire::BlkioStats::io_wait_time_recursive, null_empty),
        member("io_merged_recursive", &wire::BlkioStats::io_merged_recursive, null_empty),
        member("io_time_recursive", &wire::BlkioStats::io_time_recursive, null_empty),
        member("sectors_recursive", &wire::BlkioStats::sectors_recursive, null_empty),
    };
};

template <>
struct Members<wire::NetworkStats> {
    static constexpr auto list = std::tuple{
        member("rx_bytes", &wire::NetworkStats::rx_bytes),
        member("rx_packets", &wire::NetworkStats::rx_packets),
        member("rx_errors", &wire::NetworkStats::rx_errors),
        member("rx_dropped", &wire::NetworkStats::rx_dropped),
        member("tx_bytes", &wire::NetworkStats::tx_bytes),
        member("tx_packets", &wire::NetworkStats::tx_packets),
        member("tx_errors", &wire::NetworkStats::tx_errors),
        member("tx_dropped", &wire::NetworkStats::tx_dropped),
    };
};

template <>
struct Members<wire::PidsStats> {
    static constexpr auto list = std::tuple{member("current", &wire::PidsStats::current, omit_empty),
                                            member("limit", &wire::PidsStats::limit, omit_empty)};
};

template <>
struct Members<wire::StorageStats> {
    static constexpr auto list =
        std::tuple{member("read_count_normalized", &wire::StorageStats::read_count_normalized, omit_empty)};
};

template <>
struct Members<wire::ContainerStats> {
    static constexpr auto list = std::tuple{
        member("name", &wire::ContainerStats::name, omit_empty),
        member("id", &wire::ContainerStats::id, omit_empty),
        member("read", &wire::ContainerStats::read),
        member("preread", &wire::ContainerStats::preread),
        member("pids_stats", &wire::ContainerStats::pids_stats),
        member("blkio_stats", &wire::ContainerStats::blkio_stats),
        member("num_procs", &wire::ContainerStats::num_procs),
        member("storage_stats", &wire::ContainerStats::storage_stats),
        member("cpu_stats", &wire::ContainerStats::cpu_stats),
        member("precpu_stats", &wire::ContainerStats::precpu_stats),
        member("memory_stats", &wire::ContainerStats::memory_stats),
        member("networks", &wire::ContainerStats::networks, omit_empty),
    };
};

}  // namespace dhow::json
