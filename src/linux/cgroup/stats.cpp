#include "linux/cgroup/stats.hpp"

#include <charconv>
#include <limits>
#include <string_view>
#include <utility>

#include "linux/cgroup/cgroup.hpp"
#include "linux/cgroup/files.hpp"

namespace dhow::linux::cgroup {

namespace {

constexpr auto no_limit = std::numeric_limits<std::uint64_t>::max();

/// Takes the first word off, up to a space or the end of the line; empty at the end of `text`.
std::string_view take_word(std::string_view& text) {
    auto begin = text.find_first_not_of(" \n");
    if (begin == std::string_view::npos) return text = {};
    text.remove_prefix(begin);
    auto word = text.substr(0, text.find_first_of(" \n"));
    text.remove_prefix(word.size());
    return word;
}

std::string_view take_line(std::string_view& text) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    return line;
}

/// False when the word is no number.
bool read_number(std::string_view word, std::uint64_t& value) {
    auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    return error == std::errc{} && end == word.data() + word.size();
}

/// "MAJOR:MINOR". False when it is something else.
bool read_device(std::string_view word, BlockIoCount& count) {
    auto colon = word.find(':');
    return colon != std::string_view::npos && read_number(word.substr(0, colon), count.major) &&
           read_number(word.substr(colon + 1), count.minor);
}

std::uint64_t number(int directory, const char* file) { return find_number(directory, file).value_or(0); }

void read_cpu_v1(int cpuacct_folder, Stats& stats) {
    stats.cpu_total = number(cpuacct_folder, files::v1_cpu_usage);
    stats.cpu_user = number(cpuacct_folder, files::v1_cpu_usage_user);
    stats.cpu_system = number(cpuacct_folder, files::v1_cpu_usage_system);
    auto text = find_file(cpuacct_folder, files::v1_cpu_usage_per_cpu).value_or("");
    std::string_view rest = text;
    for (std::uint64_t value; read_number(take_word(rest), value);) stats.cpu_per_cpu.push_back(value);
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
    auto text = find_file(folder, files::memory_stat).value_or("");
    for (std::string_view rest = text; !rest.empty();) {
        auto line = take_line(rest);
        auto key = take_word(line);
        std::uint64_t value = 0;
        if (read_number(take_word(line), value))
            stats.memory_details.insert_or_assign(std::string(key), value);
    }
}

/// Lines "MAJOR:MINOR Operation VALUE", and a total that has no device.
void read_io_v1(std::string_view text, std::vector<BlockIoCount>& counts) {
    while (!text.empty()) {
        auto line = take_line(text);
        BlockIoCount count;
        if (!read_device(take_word(line), count)) continue;
        count.operation = take_word(line);
        if (!read_number(take_word(line), count.value)) continue;
        for (char& letter : count.operation)
            if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
        counts.push_back(std::move(count));
    }
}

/// One "key=value" of a line of io.stat.
void read_io_pair(std::string_view pair, BlockIoCount count, Stats& stats) {
    auto equals = pair.find('=');
    if (equals == std::string_view::npos || !read_number(pair.substr(equals + 1), count.value)) return;
    auto key = pair.substr(0, equals);
    count.operation = key.starts_with('r') ? "read" : "write";
    if (key == "rbytes" || key == "wbytes")
        stats.io_bytes.push_back(std::move(count));
    else if (key == "rios" || key == "wios")
        stats.io_operations.push_back(std::move(count));
}

/// Lines "MAJOR:MINOR rbytes=N wbytes=N rios=N wios=N ...".
void read_io_v2(std::string_view text, Stats& stats) {
    while (!text.empty()) {
        auto line = take_line(text);
        BlockIoCount count;
        if (!read_device(take_word(line), count)) continue;
        for (auto pair = take_word(line); !pair.empty(); pair = take_word(line))
            read_io_pair(pair, count, stats);
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
