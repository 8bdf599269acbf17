#include <algorithm>
#include <filesystem>

#include <fmt/ranges.h>

#include "base/error.hpp"
#include "engine/validate/validate.hpp"

namespace dhow::engine {

namespace {

constexpr std::int64_t smallest_memory = 6LL << 20;

void require_controller(const Host& host, const char* name, bool wanted, std::string_view what) {
    if (wanted && !host.controllers.contains(name))
        throw NotImplemented(
            "this host's kernel has no cgroup controller \"{}\" for containers: {} cannot be set", name,
            what);
}

void check_memory(const Resources& r, const Host& host, std::vector<std::string>& warnings) {
    require_controller(host, "memory", r.memory != 0 || r.memory_reservation != 0 || r.memory_swap != 0,
                       "a limit of memory");
    if (r.memory < 0) throw InvalidArgument("Minimum memory limit allowed is 6MB");
    if (r.memory > 0 && r.memory < smallest_memory)
        throw InvalidArgument("Minimum memory limit allowed is 6MB");
    if (r.memory > 0 && r.memory_swap > 0 && r.memory_swap < r.memory)
        throw InvalidArgument("Minimum memoryswap limit should be larger than memory limit, see usage");
    if (r.memory == 0 && r.memory_swap > 0)
        throw InvalidArgument(
            "You should always set the Memory limit when using Memoryswap limit, see usage");
    if (r.memory_swap < -1)
        throw InvalidArgument("Invalid value: {}, memory swap is -1, 0 or a size", r.memory_swap);
    if (r.memory_reservation < 0 || (r.memory_reservation > 0 && r.memory_reservation < smallest_memory))
        throw InvalidArgument("Minimum memory reservation allowed is 6MB");
    if (r.memory > 0 && r.memory_reservation > r.memory)
        throw InvalidArgument(
            "Minimum memory limit can not be less than memory reservation limit, see usage");
    if (r.memory_swappiness && (*r.memory_swappiness < -1 || *r.memory_swappiness > 100))
        throw InvalidArgument("Invalid value: {}, valid memory swappiness range is 0-100",
                              *r.memory_swappiness);
    if (host.cgroup_v2 && r.memory_swappiness.value_or(-1) >= 0)
        throw NotImplemented("memory swappiness cannot be set on a host with cgroup v2");
    if (host.cgroup_v2 && r.oom_kill_disable.value_or(false))
        throw NotImplemented("the OOM killer cannot be disabled on a host with cgroup v2");
    if (r.oom_kill_disable.value_or(false) && r.memory == 0)
        warnings.emplace_back(
            "OOM killer is disabled for the container, but no memory limit is set, this can result in the "
            "system "
            "running out of resources.");
    if (r.memory > 0 && r.memory_swap != -1 && !host.swap_accounting)
        warnings.emplace_back(
            "Your kernel does not support swap limit capabilities or the cgroup is not mounted. "
            "Memory limited without swap.");
    if (r.kernel_memory != 0)
        throw NotImplemented(
            "a limit of kernel memory cannot be set: the kernel has given it up (since 5.4)");
    if (r.kernel_memory_tcp != 0)
        throw NotImplemented("a limit of kernel TCP memory is not supported: the kernel has deprecated it");
}

/// {0, 1, 2, 5}: "0-2,5", as the kernel writes such lists (cpuset(7)).
std::string ranges_text(const std::set<unsigned>& numbers) {
    std::string text;
    for (auto at = numbers.begin(); at != numbers.end(); ++at) {
        auto first = *at, last = first;
        while (std::next(at) != numbers.end() && *std::next(at) == last + 1) last = *++at;
        text += fmt::format("{}{}", text.empty() ? "" : ",", first);
        if (last > first) text += fmt::format("-{}", last);
    }
    return text;
}

void check_list(const std::string& text, const std::set<unsigned>& available, std::string_view what,
                std::string_view short_name) {
    if (text.empty()) return;
    std::set<unsigned> wanted;
    try {
        wanted = parse_cpu_list(text);
    } catch (const InvalidArgument&) {
        throw InvalidArgument("Invalid value {} for {}: invalid format: {}", text, short_name, text);
    }
    if (!std::ranges::includes(available, wanted))
        throw InvalidArgument("Requested {} are not available - requested {}, available: {}", what, text,
                              ranges_text(available));
}

void check_cpu(const Resources& r, const Host& host) {
    require_controller(host, "cpu",
                       r.nano_cpus != 0 || r.cpu_quota != 0 || r.cpu_shares != 0 || r.cpu_period != 0,
                       "a share of the processors");
    require_controller(host, "cpuset", !r.cpuset_cpus.empty() || !r.cpuset_mems.empty(),
                       "a set of processors");
    if (r.nano_cpus != 0) {
        if (r.cpu_period != 0)
            throw InvalidArgument("Conflicting options: Nano CPUs and CPU Period cannot both be set");
        if (r.cpu_quota != 0)
            throw InvalidArgument("Conflicting options: Nano CPUs and CPU Quota cannot both be set");
        if (r.nano_cpus < 10'000'000 || r.nano_cpus > static_cast<std::int64_t>(host.cpus) * 1'000'000'000)
            throw InvalidArgument("Range of CPUs is from 0.01 to {}.00, as there are only {} CPUs available",
                                  host.cpus, host.cpus);
    }
    if (r.cpu_shares < 0) throw InvalidArgument("shares cannot be negative: {}", r.cpu_shares);
    if (r.cpu_period != 0 && (r.cpu_period < 1000 || r.cpu_period > 1'000'000))
        throw InvalidArgument(
            "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
    if (r.cpu_quota != 0 && r.cpu_quota != -1 && r.cpu_quota < 1000)
        throw InvalidArgument("CPU cfs quota can not be less than 1ms (i.e. 1000)");
    if (r.cpu_realtime_period < 0 || r.cpu_realtime_runtime < 0 ||
        (r.cpu_realtime_period != 0 && r.cpu_realtime_runtime > r.cpu_realtime_period))
        throw InvalidArgument("cpu real-time runtime cannot be higher than cpu real-time period");
    if ((r.cpu_realtime_period != 0 || r.cpu_realtime_runtime != 0) &&
        !std::filesystem::exists("/sys/fs/cgroup/cpu/cpu.rt_runtime_us"))
        throw NotImplemented("Your kernel does not support CPU real-time scheduling (CONFIG_RT_GROUP_SCHED)");
    check_list(r.cpuset_cpus, host.cpu_set, "CPUs", "cpuset cpus");
    check_list(r.cpuset_mems, host.memory_nodes, "memory nodes", "cpuset mems");
}

void check_block_io(const Resources& r, const Host& host) {
    bool any = r.blkio_weight != 0 || !r.blkio_weight_device.empty() || !r.blkio_device_read_bps.empty() ||
               !r.blkio_device_write_bps.empty() || !r.blkio_device_read_iops.empty() ||
               !r.blkio_device_write_iops.empty();
    require_controller(host, host.cgroup_v2 ? "io" : "blkio", any, "a limit of block I/O");
    auto check_weight = [](std::uint16_t weight) {
        if (weight != 0 && (weight < 10 || weight > 1000))
            throw InvalidArgument("Range of blkio weight is from 10 to 1000");
    };
    check_weight(r.blkio_weight);
    for (const auto& device : r.blkio_weight_device) check_weight(device.weight);
}

void check_others(const Resources& r, const Host& host) {
    require_controller(host, "pids", r.pids_limit.value_or(0) > 0, "a limit of processes");
    if (r.cpu_count != 0 || r.cpu_percent != 0 || r.io_maximum_iops != 0 || r.io_maximum_bandwidth != 0)
        throw InvalidArgument(
            "CpuCount, CpuPercent, IOMaximumIOps and IOMaximumBandwidth are Windows' alone");
    for (const auto& request : r.device_requests)
        throw InvalidArgument("could not select device driver \"{}\" with capabilities: [[{}]]",
                              request.driver,
                              fmt::join(request.capabilities.empty() ? std::vector<std::string>{}
                                                                     : request.capabilities.front(),
                                        " "));
    static constexpr std::string_view known[] = {
        "core",   "cpu",   "data", "fsize",  "locks",  "memlock",    "msgqueue", "nice",
        "nofile", "nproc", "rss",  "rtprio", "rttime", "sigpending", "stack",    "as"};
    for (const auto& ulimit : r.ulimits) {
        if (std::ranges::find(known, ulimit.name) == std::end(known))
            throw InvalidArgument("invalid ulimit type: {}", ulimit.name);
        if (ulimit.hard != -1 && (ulimit.soft == -1 || ulimit.soft > ulimit.hard))
            throw InvalidArgument("ulimit soft limit must be less than or equal to hard limit: {} > {}",
                                  ulimit.soft, ulimit.hard);
    }
    for (const auto& device : r.devices) {
        if (device.path_on_host.empty()) throw InvalidArgument("invalid device: it has no path on the host");
        if (device.cgroup_permissions.find_first_not_of("rwm") != std::string::npos)
            throw InvalidArgument("invalid mode for device {}: {}", device.path_on_host,
                                  device.cgroup_permissions);
    }
}

}  // namespace

std::vector<std::string> validate_resources(const Resources& resources, const Host& host) {
    std::vector<std::string> warnings;
    check_memory(resources, host, warnings);
    check_cpu(resources, host);
    check_block_io(resources, host);
    check_others(resources, host);
    return warnings;
}

}  // namespace dhow::engine
