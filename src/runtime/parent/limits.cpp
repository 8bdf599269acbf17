#include <array>

#include "base/error.hpp"
#include "runtime/parent/plans.hpp"

namespace dhow::runtime::parent {

namespace {

using linux::cgroup::DeviceRule;

DeviceRule character(std::int64_t major, std::int64_t minor) {
    return {.allow = true, .type = 'c', .major = major, .minor = minor};
}

/// What every container may use. config-linux.md, Default Devices; to make a node is no right to open it.
const std::array<DeviceRule, 11> default_devices{{
    {.allow = true, .type = 'c', .read = false, .write = false},
    {.allow = true, .type = 'b', .read = false, .write = false},
    character(1, 3),    // null
    character(1, 5),    // zero
    character(1, 7),    // full
    character(1, 8),    // random
    character(1, 9),    // urandom
    character(5, 0),    // tty
    character(5, 1),    // console
    character(5, 2),    // ptmx
    character(136, -1)  // pts
}};

DeviceRule rule_of(const oci::DeviceRule& asked) {
    DeviceRule rule{.allow = asked.allow,
                    .type = asked.type.empty() ? 'a' : asked.type.front(),
                    .major = asked.major.value_or(-1),
                    .minor = asked.minor.value_or(-1)};
    if (asked.type.size() > 1 || std::string_view("abc").find(rule.type) == std::string_view::npos)
        throw InvalidArgument("unknown type \"{}\" of a device rule", asked.type);
    if (!asked.access.empty()) {
        if (asked.access.find_first_not_of("rwm") != std::string::npos)
            throw InvalidArgument("unknown access \"{}\" of a device rule", asked.access);
        rule.read = asked.access.find('r') != std::string::npos;
        rule.write = asked.access.find('w') != std::string::npos;
        rule.make = asked.access.find('m') != std::string::npos;
    }
    return rule;
}

std::vector<linux::cgroup::DeviceRate> rates_of(const std::vector<oci::ThrottleDevice>& devices) {
    std::vector<linux::cgroup::DeviceRate> rates;
    for (const auto& device : devices) rates.push_back({device.major, device.minor, device.rate});
    return rates;
}

linux::cgroup::MemoryLimits memory_of(const oci::Memory& asked) {
    if (asked.kernel.value_or(0) > 0 || asked.kernel_tcp.value_or(0) > 0)
        throw NotImplemented("the kernel no longer limits kernel memory");
    // The kernel's own default, as which 0 is meant, and the hierarchy that cannot be turned off any more.
    auto nonzero = [](std::optional<std::int64_t> value) { return value == 0 ? std::nullopt : value; };
    return {.limit = nonzero(asked.limit),
            .reservation = nonzero(asked.reservation),
            .memory_and_swap = nonzero(asked.swap),
            .swappiness = asked.swappiness,
            .disable_out_of_memory_killer =
                asked.disable_oom_killer.value_or(false) ? std::optional(true) : std::nullopt};
}

linux::cgroup::CpuLimits cpu_of(const oci::Cpu& asked) {
    auto nonzero = [](auto value) { return value && *value == 0 ? decltype(value){} : value; };
    return {.shares = nonzero(asked.shares),
            .quota = nonzero(asked.quota),
            .period = nonzero(asked.period),
            .burst = asked.burst,
            .idle = asked.idle,
            .realtime_runtime = nonzero(asked.realtime_runtime),
            .realtime_period = nonzero(asked.realtime_period)};
}

linux::cgroup::BlockIoLimits block_io_of(const oci::BlockIo& asked) {
    if (asked.leaf_weight.value_or(0)) throw NotImplemented("the kernel no longer knows a leaf weight");
    linux::cgroup::BlockIoLimits limits;
    if (asked.weight.value_or(0)) limits.weight = asked.weight;
    for (const auto& device : asked.weight_device) {
        if (device.leaf_weight.value_or(0)) throw NotImplemented("the kernel no longer knows a leaf weight");
        limits.device_weights.push_back({device.major, device.minor, device.weight.value_or(0)});
    }
    limits.read_bytes = rates_of(asked.throttle_read_bps_device);
    limits.write_bytes = rates_of(asked.throttle_write_bps_device);
    limits.read_operations = rates_of(asked.throttle_read_iops_device);
    limits.write_operations = rates_of(asked.throttle_write_iops_device);
    return limits;
}

}  // namespace

linux::cgroup::Limits limits_of(const oci::Resources& resources, bool with_default_devices) {
    if (!resources.network.is_null()) throw NotImplemented("linux.resources.network is not supported");
    if (!resources.rdma.is_null()) throw NotImplemented("linux.resources.rdma is not supported");
    linux::cgroup::Limits limits;
    if (resources.memory) limits.memory = memory_of(*resources.memory);
    if (resources.cpu) {
        limits.cpu = cpu_of(*resources.cpu);
        limits.cpuset = {resources.cpu->cpus, resources.cpu->mems};
    }
    if (resources.pids && resources.pids->limit)
        limits.pids = *resources.pids->limit > 0 ? *resources.pids->limit : -1;
    if (resources.block_io) limits.block_io = block_io_of(*resources.block_io);
    for (const auto& limit : resources.hugepage_limits)
        limits.hugepages.push_back({limit.page_size, limit.limit});
    limits.unified = resources.unified;
    for (const auto& rule : resources.devices) limits.devices.push_back(rule_of(rule));
    // Last, for the last rule that matches decides: nothing takes the devices away that every container has.
    if (with_default_devices)
        limits.devices.insert(limits.devices.end(), default_devices.begin(), default_devices.end());
    return limits;
}

std::string cgroup_path(const oci::RuntimeConfig& config, const std::string& id) {
    const auto& asked = config.linux.cgroups_path;
    std::string path = asked.empty() ? "/dhow/" + id : asked.starts_with('/') ? asked : "/dhow/" + asked;
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    if (path.size() < 2 || path.find("//") != std::string::npos || path.find(':') != std::string::npos)
        throw InvalidArgument("cgroupsPath \"{}\" is no path of a cgroup", asked);
    for (std::size_t begin = 1; begin <= path.size();) {
        auto end = std::min(path.find('/', begin), path.size());
        auto part = path.substr(begin, end - begin);
        if (part == "." || part == "..")
            throw InvalidArgument("cgroupsPath \"{}\" is no path of a cgroup", asked);
        begin = end + 1;
    }
    return path;
}

}  // namespace dhow::runtime::parent
