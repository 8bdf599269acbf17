#include "cli/build/limits.hpp"

#include "base/units.hpp"
#include "cli/create/parts.hpp"
#include "cli/options/checks.hpp"
#include "wire/host_config.hpp"

namespace dhow::cli {

void add_limits(client::Target& target, const Arguments& arguments) {
    auto size = [&](const char* option, const char* name) {
        if (arguments.has(option)) target.add(name, std::to_string(parse_size(arguments.text(option))));
    };
    size("shm-size", "shmsize");
    size("memory", "memory");
    if (arguments.has("memory-swap"))
        target.add("memswap", std::to_string(parse_swap(arguments.text("memory-swap"))));
    constexpr std::pair<const char*, const char*> as_written[] = {
        {"cpu-period", "cpuperiod"},   {"cpu-quota", "cpuquota"},     {"cpu-shares", "cpushares"},
        {"cpuset-cpus", "cpusetcpus"}, {"cpuset-mems", "cpusetmems"}, {"cgroup-parent", "cgroupparent"}};
    for (const auto& [option, name] : as_written)
        target.add_if(arguments.has(option), name, arguments.text(option));
    if (arguments.has("ulimit")) target.add("ulimits", json::write(parse_ulimits(arguments.list("ulimit"))));
}

}  // namespace dhow::cli
