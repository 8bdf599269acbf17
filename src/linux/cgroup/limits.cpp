#include "linux/cgroup/limits.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "linux/cgroup/files.hpp"

namespace dhow::linux::cgroup {

namespace {

std::string v2_amount(std::int64_t bytes) { return bytes < 0 ? "max" : std::to_string(bytes); }

/// v1 wants memory <= memory and swap at every moment: growing, the sum goes first; shrinking, the memory.
void set_memory_v1(int directory, const MemoryLimits& limits) {
    auto write_limit = [&] {
        if (limits.limit) write_file(directory, files::memory_limit.v1, std::to_string(*limits.limit));
    };
    if (limits.memory_and_swap) {
        auto sum = std::to_string(*limits.memory_and_swap);
        auto present = find_number(directory, files::v1_memory_and_swap);
        if (!present) {
            if (*limits.memory_and_swap >= 0 && limits.limit && *limits.memory_and_swap != *limits.limit)
                throw NotImplemented(
                    "this kernel does not limit swap (memory.memsw.limit_in_bytes is missing)");
            write_limit();
        } else if (*limits.memory_and_swap < 0 ||
                   static_cast<std::uint64_t>(*limits.memory_and_swap) > *present) {
            write_file(directory, files::v1_memory_and_swap, sum);
            write_limit();
        } else {
            write_limit();
            write_file(directory, files::v1_memory_and_swap, sum);
        }
    } else {
        write_limit();
    }
    if (limits.reservation)
        write_file(directory, files::memory_reservation.v1, std::to_string(*limits.reservation));
    if (limits.swappiness) write_file(directory, files::v1_swappiness, std::to_string(*limits.swappiness));
    if (limits.disable_out_of_memory_killer)
        write_file(directory, files::out_of_memory.v1, *limits.disable_out_of_memory_killer ? "1" : "0");
}

void set_memory_v2(int directory, const MemoryLimits& limits) {
    if (limits.swappiness) throw NotImplemented("cgroup v2 has no swappiness of a cgroup");
    if (limits.disable_out_of_memory_killer.value_or(false))
        throw NotImplemented("cgroup v2 cannot disable the out-of-memory killer");
    if (limits.memory_and_swap) {
        auto swap = *limits.memory_and_swap;
        if (swap > 0) {
            if (!limits.limit || *limits.limit < 0)
                throw InvalidArgument("a limit of memory and swap together needs a limit of memory");
            if (swap < *limits.limit)
                throw InvalidArgument("the limit of memory and swap is less than the limit of memory");
            swap -= *limits.limit;
        }
        // Kernels without swap accounting have no such file; then there is nothing to limit.
        try_write_file(directory, files::v2_swap, v2_amount(swap));
    }
    if (limits.limit) write_file(directory, files::memory_limit.v2, v2_amount(*limits.limit));
    if (limits.reservation)
        write_file(directory, files::memory_reservation.v2, v2_amount(*limits.reservation));
}

void set_cpu_v1(int directory, const CpuLimits& limits) {
    if (limits.shares) write_file(directory, files::cpu_weight.v1, std::to_string(*limits.shares));
    if (limits.period) write_file(directory, files::v1_period, std::to_string(*limits.period));
    if (limits.quota) write_file(directory, files::v1_quota, std::to_string(*limits.quota));
    if (limits.realtime_period)
        write_file(directory, files::v1_realtime_period, std::to_string(*limits.realtime_period));
    if (limits.realtime_runtime)
        write_file(directory, files::v1_realtime_runtime, std::to_string(*limits.realtime_runtime));
}

void set_cpu_v2(int directory, const CpuLimits& limits) {
    if (limits.realtime_runtime || limits.realtime_period)
        throw NotImplemented("cgroup v2 has no limit of realtime scheduling");
    if (limits.shares)
        write_file(directory, files::cpu_weight.v2, std::to_string(weight_of_shares(*limits.shares)));
    if (limits.quota || limits.period) {
        auto present = read_file(directory, files::v2_cpu_max);
        auto quota = limits.quota ? v2_amount(*limits.quota > 0 ? *limits.quota : -1)
                                  : present.substr(0, present.find(' '));
        auto text = limits.period ? fmt::format("{} {}", quota, *limits.period) : quota;
        write_file(directory, files::v2_cpu_max, text);
    }
}

}  // namespace

void set_memory(Directory directory, const MemoryLimits& limits) {
    if (directory.version == Version::v1)
        set_memory_v1(directory.fd, limits);
    else
        set_memory_v2(directory.fd, limits);
}

void set_cpu(Directory directory, const CpuLimits& limits) {
    if (directory.version == Version::v1)
        set_cpu_v1(directory.fd, limits);
    else
        set_cpu_v2(directory.fd, limits);
    if (limits.burst)
        write_file(directory.fd, directory.version == Version::v1 ? files::cpu_burst.v1 : files::cpu_burst.v2,
                   std::to_string(*limits.burst));
    if (limits.idle) write_file(directory.fd, files::cpu_idle, std::to_string(*limits.idle));
}

void set_cpuset(Directory directory, const CpusetLimits& limits) {
    if (!limits.cpus.empty()) write_file(directory.fd, files::cpuset_cpus, limits.cpus);
    if (!limits.memories.empty()) write_file(directory.fd, files::cpuset_memories, limits.memories);
}

void set_pids(Directory directory, std::int64_t limit) {
    write_file(directory.fd, files::pids_limit, v2_amount(limit));
}

void set_hugepages(Directory directory, const std::vector<HugepageLimit>& limits) {
    for (const auto& limit : limits) {
        auto file = fmt::format("hugetlb.{}.{}", limit.page_size,
                                directory.version == Version::v1 ? "limit_in_bytes" : "max");
        write_file(directory.fd, file.c_str(), std::to_string(limit.bytes));
    }
}

std::uint64_t weight_of_shares(std::uint64_t shares) {
    if (shares == 0) return 0;
    if (shares <= 2) return 1;
    if (shares >= 262144) return 10000;
    // A parabola through the three pairs that both versions document: (2, 1), (1024, 100), (262144, 10000).
    double power = std::log2(static_cast<double>(shares));
    double exponent = (power * power + 125 * power) / 612.0 - 7.0 / 34.0;
    return static_cast<std::uint64_t>(std::ceil(std::pow(10, exponent)));
}

}  // namespace dhow::linux::cgroup
