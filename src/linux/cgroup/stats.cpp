#include "linux/cgroup/stats.hpp"

#include <charconv>
#include <limits>
#include <sstream>

#include "linux/cgroup/cgroup.hpp"
#include "linux/cgroup/files.hpp"

namespace dhow::linux::cgroup {

namespace {

constexpr auto no_limit = std::numeric_limits<std::uint64_t>::max();

std::uint64_t number(int directory, const char* file) { return find_number(directory, file).value_or(0); }

void read_cpu_v1(int cpuacct_folder, Stats& stats) {
    stats.cpu_total = number(cpuacct_folder, files::v1_cpu_usage);
    stats.cpu_user = number(cpuacct_folder, files::v1_cpu_usage_user);
    stats.cpu_system = number(cpuacct_folder, files::v1_cpu_usage_system);
    std::istringstream each(find_file(cpuacct_folder, files::v1_cpu_usage_per_cpu).value_or(""));
    for (std::uint64_t value; each >> value;) stats.cpu_per_cpu.push_back(value);
}

void read_throttling(int cpu_folder, Version version, Stats& stats) {
    auto text = find_file(cpu_folder, files::cpu_stat).value_or("");
    stats.throttle_periods = find_keyed(text, "nr_periods").value_or(0);
    stats.throttled_periods = find_keyed(text, "nr_throttled").value_or(0);
    if (version == Version::v1) {
        stats.throttled_time = find_keyed(text, "throttled_time").value_or(0);
        return;
    }
    stats.throttled_time = find_keyed(text, "throttled_usec").value_or(0) * 1000;
    stats.cpu_total = find_keyed(text, "usage_usec").value_or(0) * 1000;
    stats.cpu_user = find_keyed(text, "user_usec").value_or(0) * 1000;
    stats.cpu_system = find_keyed(text, "system_usec").value_or(0) * 1000;
}

void read_memory(int folder, Version version, Stats& stats) {
    bool v1 = version == Version::v1;
    stats.memory_usage = number(folder, v1 ? files::memory_usage.v1 : files::memory_usage.v2);
    stats.memory_peak = number(folder, v1 ? files::memory_peak.v1 : files::memory_peak.v2);
    stats.memory_limit = number(folder, v1 ? files::memory_limit.v1 : files::memory_limit.v2);
    // v1 says "without" as the greatest number of pages.
    if (stats.memory_limit >= std::uint64_t{1} << 62) stats.memory_limit = no_limit;
    if (v1) stats.memory_failures = number(folder, files::v1_memory_failures);
    std::istringstream details(find_file(folder, files::memory_stat).value_or(""));
    std::string key;
    for (std::uint64_t value; details >> key >> value;) stats.memory_details[key] = value;
}

/// Lines "MAJOR:MINOR Operation VALUE", and a total that has no device.
void read_io_v1(const std::string& text, std::vector<BlockIoCount>& counts) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        BlockIoCount count;
        char colon = 0;
        if (!(words >> count.major >> colon >> count.minor >> count.operation >> count.value)) continue;
        for (char& letter : count.operation)
            if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
        counts.push_back(std::move(count));
    }
}

/// Lines "MAJOR:MINOR rbytes=N wbytes=N rios=N wios=N ...".
void read_io_v2(const std::string& text, Stats& stats) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::uint64_t major = 0, minor = 0;
        char colon = 0;
        if (!(words >> major >> colon >> minor)) continue;
        for (std::string pair; words >> pair;) {
            auto equals = pair.find('=');
            if (equals == std::string::npos) continue;
            std::uint64_t value = 0;
            std::from_chars(pair.data() + equals + 1, pair.data() + pair.size(), value);
            auto key = std::string_view(pair).substr(0, equals);
            if (key == "rbytes")
                stats.io_bytes.push_back({major, minor, "read", value});
            else if (key == "wbytes")
                stats.io_bytes.push_back({major, minor, "write", value});
            else if (key == "rios")
                stats.io_operations.push_back({major, minor, "read", value});
            else if (key == "wios")
                stats.io_operations.push_back({major, minor, "write", value});
        }
    }
}

}  // namespace

Stats Cgroup::stats() const {
    Stats stats;
    if (const Part* part = part_of(cpuacct)) read_cpu_v1(part->directory.get(), stats);
    if (const Part* part = part_of(cpu)) read_throttling(part->directory.get(), part->version, stats);
    if (const Part* part = part_of(memory)) read_memory(part->directory.get(), part->version, stats);
    if (const Part* part = part_of(pids)) {
        stats.pids = number(part->directory.get(), files::pids_current);
        stats.pids_limit = number(part->directory.get(), files::pids_limit);
    }
    if (const Part* part = part_of(blkio)) {
        int folder = part->directory.get();
        if (part->version == Version::v2) {
            read_io_v2(find_file(folder, files::v2_io_stat).value_or(""), stats);
        } else {
            read_io_v1(find_file(folder, files::v1_io_bytes).value_or(""), stats.io_bytes);
            read_io_v1(find_file(folder, files::v1_io_operations).value_or(""), stats.io_operations);
        }
    }
    return stats;
}

}  // namespace dhow::linux::cgroup
