#pragma once
// What this host can do, read once at the start.

#include <cstdint>
#include <set>
#include <string>

namespace dhow::engine {

struct Host {
    bool cgroup_v2 = false;
    /// Controllers that containers' cgroups have: "memory", "cpu", "cpuset", "pids", "blkio" or "io", ...
    std::set<std::string> controllers;
    bool swap_accounting = false;
    unsigned cpus = 1;                ///< online
    std::set<unsigned> cpu_set;       ///< online ones, by number
    std::set<unsigned> memory_nodes;  ///< NUMA nodes
    std::int64_t memory_total = 0;    ///< bytes
    bool ipv6 = false;
    bool apparmor = false;
    std::string kernel_version, architecture, operating_system, os_version, hostname;

    /// Reads the host. Blocking, short.
    static Host read();
};

/// "0-3,7" to numbers, as cpuset(7) writes lists. @throws InvalidArgument that quotes it.
std::set<unsigned> parse_cpu_list(const std::string& text);

}  // namespace dhow::engine
