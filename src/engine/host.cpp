#include "engine/host.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <sys/utsname.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dhow::engine {

namespace {

std::string read_file(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    auto result = text.str();
    while (!result.empty() && result.back() == '\n') result.pop_back();
    return result;
}

void read_cgroups(Host& host) {
    std::error_code absent;
    const std::filesystem::path root = "/sys/fs/cgroup";
    host.cgroup_v2 = std::filesystem::exists(root / "cgroup.controllers", absent);
    if (host.cgroup_v2) {
        std::istringstream names(read_file(root / "cgroup.controllers"));
        for (std::string name; names >> name;) host.controllers.insert(name);
        host.swap_accounting = std::filesystem::exists("/proc/swaps", absent) &&
                               std::filesystem::exists("/proc/pressure", absent);
        return;
    }
    for (const auto* name : {"memory", "cpu", "cpuacct", "cpuset", "pids", "blkio", "devices", "freezer"})
        if (std::filesystem::exists(root / name, absent)) host.controllers.insert(name);
    host.swap_accounting = std::filesystem::exists(root / "memory/memory.memsw.limit_in_bytes", absent);
}

/// PRETTY_NAME and VERSION_ID of os-release(5).
std::string os_release(const std::string& text, const std::string& name) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(name + "=")) continue;
        auto value = line.substr(name.size() + 1);
        if (value.size() >= 2 && value.front() == '"') value = value.substr(1, value.size() - 2);
        return value;
    }
    return {};
}

}  // namespace

std::set<unsigned> parse_cpu_list(const std::string& text) {
    std::set<unsigned> result;
    auto fail = [&] { throw InvalidArgument("invalid list of numbers: {}", text); };
    auto number = [&](std::string_view digits) {
        unsigned value = 0;
        auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        // The kernel has at most 8192; a larger number would only make this loop for long.
        if (error != std::errc() || end != digits.data() + digits.size() || value > 8191) fail();
        return value;
    };
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
        auto dash = part.find('-');
        auto first = number(std::string_view(part).substr(0, dash));
        auto last = dash == std::string::npos ? first : number(std::string_view(part).substr(dash + 1));
        if (last < first) fail();
        for (auto one = first; one <= last; ++one) result.insert(one);
    }
    return result;
}

Host Host::read() {
    Host host;
    read_cgroups(host);
    host.cpus = static_cast<unsigned>(::sysconf(_SC_NPROCESSORS_ONLN));
    host.memory_total = static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
    auto online = read_file("/sys/devices/system/cpu/online");
    host.cpu_set = parse_cpu_list(online.empty() ? "0" : online);
    auto nodes = read_file("/sys/devices/system/node/online");
    host.memory_nodes = parse_cpu_list(nodes.empty() ? "0" : nodes);
    std::error_code absent;
    host.ipv6 = std::filesystem::exists("/proc/sys/net/ipv6", absent);
    host.apparmor = read_file("/sys/module/apparmor/parameters/enabled") == "Y";
    utsname names{};
    check(::uname(&names), "uname");
    host.kernel_version = names.release;
    host.architecture = names.machine;
    host.hostname = names.nodename;
    auto release = read_file("/etc/os-release");
    host.operating_system = os_release(release, "PRETTY_NAME");
    host.os_version = os_release(release, "VERSION_ID");
    return host;
}

}  // namespace dhow::engine
