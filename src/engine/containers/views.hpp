#pragma once
// What is read of a container: copies of its record with what is found out beside it.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/container.hpp"

namespace dhow::engine {

struct ContainerSizes {
    std::int64_t rw = 0;       ///< bytes of its writable layer
    std::int64_t root_fs = 0;  ///< with the image's
};

/// Of `docker inspect`.
struct ContainerDetails {
    Container container;
    std::vector<std::string> exec_ids;  ///< of running execs
    std::optional<ContainerSizes> sizes;
    std::string driver = "overlay2";
    std::string lower_dir, merged_dir, upper_dir, work_dir;
    std::string platform = "linux";
};

/// One port of `docker ps`.
struct PortSummary {
    std::string ip;
    int private_port = 0;
    int public_port = 0;  ///< 0: exposed, not published
    std::string type;     ///< "tcp", "udp", "sctp"
};

/// A row of `docker ps`.
struct ContainerSummary {
    std::string id;
    std::vector<std::string> names;  ///< with the slash
    std::string image;  ///< the name it was created by, or the image's id when that name means another now
    std::string image_id;
    std::string command;
    Timestamp created;
    std::vector<PortSummary> ports;
    std::optional<ContainerSizes> sizes;
    std::map<std::string, std::string> labels;
    std::string state;   ///< "running"
    std::string status;  ///< "Up 3 minutes (healthy)"
    std::string network_mode;
    std::map<std::string, std::string> annotations;
    std::map<std::string, EndpointSettings> networks;
    std::vector<MountPoint> mounts;
};

/// Counters of an interface.
struct NetworkCounters {
    std::uint64_t rx_bytes = 0, rx_packets = 0, rx_errors = 0, rx_dropped = 0;
    std::uint64_t tx_bytes = 0, tx_packets = 0, tx_errors = 0, tx_dropped = 0;
};

struct BlkioEntry {
    std::uint64_t major = 0, minor = 0;
    std::string op;  ///< "read", "write"
    std::uint64_t value = 0;
};

/// One reading of a container's counters; all zero when it does not run. Times are nanoseconds.
struct StatsSample {
    std::string id, name;
    bool running = false;
    Timestamp read;
    std::uint64_t pids_current = 0;
    std::uint64_t pids_limit = 0;  ///< 0: none
    std::uint64_t cpu_total = 0, cpu_user = 0, cpu_kernel = 0;
    std::vector<std::uint64_t> cpu_per_core;  ///< cgroup v1 alone
    std::uint64_t system_cpu = 0;             ///< of the whole host
    unsigned online_cpus = 0;
    std::uint64_t throttled_periods = 0, periods = 0, throttled_time = 0;
    bool cgroup_v2 = false;
    std::uint64_t memory_usage = 0, memory_max_usage = 0, memory_limit = 0, memory_failcnt = 0;
    std::map<std::string, std::uint64_t> memory_stats;  ///< memory.stat
    std::vector<BlkioEntry> io_bytes, io_operations;
    std::map<std::string, NetworkCounters> networks;
};

enum class ChangeKind { modified = 0, added = 1, deleted = 2 };

/// One line of `docker diff`.
struct Change {
    std::string path;
    ChangeKind kind = ChangeKind::modified;
};

}  // namespace dhow::engine
