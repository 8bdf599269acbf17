#include "bundle/resources.hpp"

#include <charconv>
#include <fstream>
#include <set>

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dhow::bundle {

namespace {

constexpr std::int64_t min_memory = 6 << 20;
constexpr std::int64_t cpu_period_of_nano_cpus = 100'000;

void check_memory(const Resources& r) {
    if (r.memory < 0 || r.memory_reservation < 0)
        throw InvalidArgument("invalid memory limit: it must not be negative");
    if (r.memory != 0 && r.memory < min_memory) throw InvalidArgument("Minimum memory limit allowed is 6MB");
    if (r.memory_swap < -1) throw InvalidArgument("invalid memory swap limit: {}", r.memory_swap);
    if (r.memory > 0 && r.memory_swap > 0 && r.memory_swap < r.memory)
        throw InvalidArgument("Minimum memoryswap limit should be larger than memory limit, see usage");
    if (r.memory == 0 && r.memory_swap > 0)
        throw InvalidArgument(
            "You should always set the Memory limit when using Memoryswap limit, see usage");
    if (auto swappiness = r.memory_swappiness.value_or(-1); swappiness < -1 || swappiness > 100)
        throw InvalidArgument("Invalid value: {}, valid memory swappiness range is 0-100", swappiness);
    if (r.memory_reservation > 0 && r.memory_reservation < min_memory)
        throw InvalidArgument("Minimum memory reservation allowed is 6MB");
    if (r.memory > 0 && r.memory_reservation > 0 && r.memory < r.memory_reservation)
        throw InvalidArgument(
            "Minimum memory limit can not be less than memory reservation limit, see usage");
}

void check_cpu(const Resources& r) {
    if (r.nano_cpus > 0 && r.cpu_period > 0)
        throw InvalidArgument("Conflicting options: Nano CPUs and CPU Period cannot both be set");
    if (r.nano_cpus > 0 && r.cpu_quota > 0)
        throw InvalidArgument("Conflicting options: Nano CPUs and CPU Quota cannot both be set");
    auto cpus = ::sysconf(_SC_NPROCESSORS_ONLN);
    if (r.nano_cpus != 0 && (r.nano_cpus < 10'000'000 || r.nano_cpus > cpus * 1'000'000'000))
        throw InvalidArgument("range of CPUs is from 0.01 to {}.00, as there are only {} CPUs available",
                              cpus, cpus);
    if (r.cpu_shares < 0)
        throw InvalidArgument("invalid CPU shares ({}): value must be a positive integer", r.cpu_shares);
    if (r.cpu_period != 0 && (r.cpu_period < 1000 || r.cpu_period > 1'000'000))
        throw InvalidArgument(
            "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
    if (r.cpu_quota > 0 && r.cpu_quota < 1000)
        throw InvalidArgument("CPU cfs quota can not be less than 1ms (i.e. 1000)");
    if (r.cpu_realtime_period < 0 || r.cpu_realtime_runtime < 0 ||
        (r.cpu_realtime_period > 0 && r.cpu_realtime_runtime > r.cpu_realtime_period))
        throw InvalidArgument("cpu real-time runtime cannot be higher than cpu real-time period");
}

std::string read_line(const char* path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

/// "0-3,7" as its members. @throws InvalidArgument
std::set<int> parse_list(std::string_view text, std::string_view what) {
    auto invalid = [&] { return InvalidArgument("Invalid value {} for {}", text, what); };
    std::set<int> members;
    const char* at = text.data();
    const char* end = at + text.size();
    auto number = [&] {
        int value = -1;
        auto [next, error] = std::from_chars(at, end, value);
        // The kernel knows no more than 8192 CPUs; a huge range must not exhaust memory here.
        if (error != std::errc() || value < 0 || value > 8192) throw invalid();
        at = next;
        return value;
    };
    while (at < end) {
        int first = number(), last = first;
        if (at < end && *at == '-') ++at, last = number();
        if (last < first) throw invalid();
        for (int value = first; value <= last; ++value) members.insert(value);
        if (at < end && *at++ != ',') throw invalid();
        if (at == end && text.ends_with(',')) throw invalid();
    }
    return members;
}

void check_set(std::string_view wanted, const char* online, std::string_view option, std::string_view noun) {
    if (wanted.empty()) return;
    auto members = parse_list(wanted, option);
    auto line = read_line(online);
    if (line.empty()) return;
    auto available = parse_list(line, online);
    for (int member : members)
        if (!available.contains(member))
            throw InvalidArgument("Requested {} are not available - requested {}, available: {}", noun,
                                  wanted, line);
}

std::pair<std::int64_t, std::int64_t> block_device(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) < 0)
        throw InvalidArgument("no such block device for a limit: {}: {}", path, errno_text(errno));
    if (!S_ISBLK(status.st_mode))
        throw InvalidArgument("{} is no block device: it cannot have a limit", path);
    return {::major(status.st_rdev), ::minor(status.st_rdev)};
}

std::vector<oci::ThrottleDevice> throttle(const std::vector<ThrottleDevice>& devices) {
    std::vector<oci::ThrottleDevice> result;
    for (const auto& device : devices) {
        auto [major, minor] = block_device(device.path);
        result.push_back({major, minor, device.rate});
    }
    return result;
}

std::optional<oci::BlockIo> block_io(const Resources& r) {
    oci::BlockIo block;
    if (r.blkio_weight > 0) block.weight = r.blkio_weight;
    for (const auto& device : r.blkio_weight_devices) {
        auto [major, minor] = block_device(device.path);
        block.weight_device.push_back({major, minor, device.weight, {}});
    }
    block.throttle_read_bps_device = throttle(r.blkio_read_bps);
    block.throttle_write_bps_device = throttle(r.blkio_write_bps);
    block.throttle_read_iops_device = throttle(r.blkio_read_iops);
    block.throttle_write_iops_device = throttle(r.blkio_write_iops);
    bool any = block.weight || !block.weight_device.empty() || !block.throttle_read_bps_device.empty() ||
               !block.throttle_write_bps_device.empty() || !block.throttle_read_iops_device.empty() ||
               !block.throttle_write_iops_device.empty();
    return any ? std::optional(std::move(block)) : std::nullopt;
}

std::optional<oci::Memory> memory(const Resources& r) {
    oci::Memory memory;
    if (r.memory > 0) memory.limit = r.memory;
    if (r.memory_reservation > 0) memory.reservation = r.memory_reservation;
    if (r.memory_swap != 0) memory.swap = r.memory_swap;
    // docker's default: as much swap again as memory.
    else if (r.memory > 0)
        memory.swap = 2 * r.memory;
    if (r.memory_swappiness && *r.memory_swappiness >= 0)
        memory.swappiness = static_cast<std::uint64_t>(*r.memory_swappiness);
    if (r.oom_kill_disable) memory.disable_oom_killer = true;
    bool any =
        memory.limit || memory.reservation || memory.swap || memory.swappiness || memory.disable_oom_killer;
    return any ? std::optional(memory) : std::nullopt;
}

std::optional<oci::Cpu> cpu(const Resources& r) {
    oci::Cpu cpu;
    if (r.cpu_shares > 0) cpu.shares = static_cast<std::uint64_t>(r.cpu_shares);
    if (r.nano_cpus > 0) {
        cpu.period = cpu_period_of_nano_cpus;
        cpu.quota = r.nano_cpus * cpu_period_of_nano_cpus / 1'000'000'000;
    }
    if (r.cpu_period > 0) cpu.period = static_cast<std::uint64_t>(r.cpu_period);
    if (r.cpu_quota != 0) cpu.quota = r.cpu_quota;
    if (r.cpu_realtime_period > 0) cpu.realtime_period = static_cast<std::uint64_t>(r.cpu_realtime_period);
    if (r.cpu_realtime_runtime > 0) cpu.realtime_runtime = r.cpu_realtime_runtime;
    cpu.cpus = r.cpuset_cpus;
    cpu.mems = r.cpuset_mems;
    bool any = cpu.shares || cpu.quota || cpu.period || cpu.realtime_period || cpu.realtime_runtime ||
               !cpu.cpus.empty() || !cpu.mems.empty();
    return any ? std::optional(std::move(cpu)) : std::nullopt;
}

}  // namespace

void check_resources(const Resources& r) {
    check_memory(r);
    check_cpu(r);
    check_set(r.cpuset_cpus, "/sys/devices/system/cpu/online", "cpuset cpus", "CPUs");
    check_set(r.cpuset_mems, "/sys/devices/system/node/online", "cpuset mems", "memory nodes");
    auto bad_weight = [](std::uint16_t weight) { return weight != 0 && (weight < 10 || weight > 1000); };
    if (bad_weight(r.blkio_weight)) throw InvalidArgument("Range of blkio weight is from 10 to 1000");
    for (const auto& device : r.blkio_weight_devices)
        if (bad_weight(device.weight)) throw InvalidArgument("Range of blkio weight is from 10 to 1000");
    if (r.pids_limit && *r.pids_limit < -1) throw InvalidArgument("invalid pids limit: {}", *r.pids_limit);
}

oci::Resources to_oci_resources(const Resources& r) {
    check_resources(r);
    oci::Resources resources;
    resources.memory = memory(r);
    resources.cpu = cpu(r);
    resources.block_io = block_io(r);
    if (r.pids_limit && *r.pids_limit != 0) resources.pids = oci::Pids{*r.pids_limit};
    return resources;
}

}  // namespace dhow::bundle
