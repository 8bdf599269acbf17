// GET /containers/{id}/stats: one reading of a container's counters.

#include <fstream>
#include <limits>
#include <sstream>

#include <unistd.h>

#include "base/error.hpp"
#include "engine/core.hpp"
#include "linux/cgroup/cgroup.hpp"

namespace dhow::engine {

namespace {

/// Nanoseconds that all processors of the host have worked: the first line of /proc/stat (proc(5)).
std::uint64_t system_cpu() {
    std::ifstream file("/proc/stat");
    std::string word;
    file >> word;
    std::uint64_t ticks = 0;
    // user nice system idle iowait irq softirq steal: guest time is in user already.
    for (int field = 0; field < 8; ++field) {
        std::uint64_t value = 0;
        file >> value;
        ticks += value;
    }
    return ticks * (1'000'000'000 / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK)));
}

/// Interfaces of a process's network namespace: /proc/<pid>/net/dev (proc(5)).
std::map<std::string, NetworkCounters> read_networks(int pid) {
    std::map<std::string, NetworkCounters> networks;
    std::ifstream file(fmt::format("/proc/{}/net/dev", pid));
    std::string line;
    std::getline(file, line);
    std::getline(file, line);
    while (std::getline(file, line)) {
        auto colon = line.find(':');
        if (colon == std::string::npos) continue;
        auto name = line.substr(0, colon);
        name.erase(0, name.find_first_not_of(' '));
        if (name == "lo") continue;
        std::istringstream numbers(line.substr(colon + 1));
        auto& c = networks[name];
        std::uint64_t skipped = 0;
        numbers >> c.rx_bytes >> c.rx_packets >> c.rx_errors >> c.rx_dropped;
        for (int field = 0; field < 4; ++field) numbers >> skipped;
        numbers >> c.tx_bytes >> c.tx_packets >> c.tx_errors >> c.tx_dropped;
    }
    return networks;
}

std::vector<BlkioEntry> convert(const std::vector<linux::cgroup::BlockIoCount>& counts) {
    std::vector<BlkioEntry> entries;
    for (const auto& count : counts)
        entries.push_back({count.major, count.minor, count.operation, count.value});
    return entries;
}

void read_cgroup(StatsSample& sample, const std::string& path, std::int64_t host_memory) {
    auto stats = linux::cgroup::Cgroup::open(path).stats();
    constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();
    sample.cpu_total = stats.cpu_total;
    sample.cpu_user = stats.cpu_user;
    sample.cpu_kernel = stats.cpu_system;
    sample.cpu_per_core = stats.cpu_per_cpu;
    sample.periods = stats.throttle_periods;
    sample.throttled_periods = stats.throttled_periods;
    sample.throttled_time = stats.throttled_time;
    sample.memory_usage = stats.memory_usage;
    sample.memory_max_usage = stats.memory_peak;
    sample.memory_limit = std::min(stats.memory_limit, static_cast<std::uint64_t>(host_memory));
    sample.memory_failcnt = stats.memory_failures;
    sample.memory_stats = stats.memory_details;
    sample.pids_current = stats.pids;
    sample.pids_limit = stats.pids_limit == unlimited ? 0 : stats.pids_limit;
    sample.io_bytes = convert(stats.io_bytes);
    sample.io_operations = convert(stats.io_operations);
}

}  // namespace

Task<StatsSample> Containers::stats(std::string name) {
    Core& core = core_;
    auto container = core.registry.get(name);
    StatsSample sample;
    sample.id = container->id();
    sample.name = container->record.name;
    sample.read = now();
    sample.cgroup_v2 = core.host.cgroup_v2;
    sample.online_cpus = core.host.cpus;
    if (!container->alive()) co_return sample;
    auto parent = container->record.host_config.cgroup_parent;
    auto path = (parent.empty() ? core.options.cgroup_parent : parent) + "/" + container->id();
    auto pid = container->record.state.pid;
    bool own_network = !container->record.sandbox_id.empty();
    auto work = [sample, path, pid, own_network, memory = core.host.memory_total]() mutable {
        try {
            read_cgroup(sample, path, memory);
            sample.running = true;
            if (own_network) sample.networks = read_networks(pid);
            sample.system_cpu = system_cpu();
        } catch (const NotFound&) {
            sample.running = false;  // it ended meanwhile
        }
        return sample;
    };
    co_return co_await core.pool.run(std::move(work));
}

}  // namespace dhow::engine
