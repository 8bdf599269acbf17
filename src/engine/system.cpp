#include "engine/system.hpp"

#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/error.hpp"
#include "engine/core.hpp"

namespace dhow::engine {

namespace {

int count_entries(const char* path) {
    int count = 0;
    std::error_code failed;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path, failed)) ++count;
    return count;
}

bool reads_one(const char* path) {
    std::error_code absent;
    if (!std::filesystem::exists(path, absent)) return false;
    UniqueFd file(::open(path, O_RDONLY | O_CLOEXEC));
    char digit = '0';
    return file && ::read(file.get(), &digit, 1) == 1 && digit != '0';
}

/// The names that docker gives to what statfs(2) says.
std::string filesystem_name(const std::filesystem::path& path) {
    struct statfs info;
    if (::statfs(path.c_str(), &info) < 0) return "<unknown>";
    switch (static_cast<unsigned long>(info.f_type)) {
        case 0xef53:
            return "extfs";
        case 0x58465342:
            return "xfs";
        case 0x9123683e:
            return "btrfs";
        case 0x01021994:
            return "tmpfs";
        case 0x794c7630:
            return "overlayfs";
        case 0xf2f52010:
            return "f2fs";
        case 0x2fc12fc1:
            return "zfs";
        default:
            return "<unknown>";
    }
}

std::string environment(const char* upper, const char* lower) {
    for (const auto* name : {upper, lower})
        if (const char* value = std::getenv(name)) return value;
    return {};
}

void count_containers(const Core& core, SystemInfo& info) {
    for (const auto& [id, container] : core.registry.all()) {
        ++info.containers;
        switch (container->record.state.phase) {
            case Phase::running:
            case Phase::restarting:
                ++info.containers_running;
                break;
            case Phase::paused:
                ++info.containers_paused;
                break;
            default:
                ++info.containers_stopped;
        }
    }
}

void describe_cgroups(const Host& host, SystemInfo& info) {
    auto has = [&](const char* name) { return host.controllers.contains(name); };
    info.memory_limit = has("memory");
    info.swap_limit = host.swap_accounting;
    info.cpu_cfs = info.cpu_shares = has("cpu");
    info.cpuset = has("cpuset");
    info.pids_limit = has("pids");
    info.oom_kill_disable = has("memory") && !host.cgroup_v2;
    info.cgroup_version = host.cgroup_v2 ? "2" : "1";
    if (!info.memory_limit)
        info.warnings.emplace_back("WARNING: No memory limit support");
    else if (!info.swap_limit)
        info.warnings.emplace_back("WARNING: No swap limit support");
    if (!info.cpu_cfs) info.warnings.emplace_back("WARNING: No cpu cfs quota support");
    if (!info.cpuset) info.warnings.emplace_back("WARNING: No cpuset support");
    if (!info.pids_limit) info.warnings.emplace_back("WARNING: No pids limit support");
}

}  // namespace

Task<SystemInfo> System::info() {
    SystemInfo info;
    const auto& host = core_.host;
    info.id = core_.options.id;
    count_containers(core_, info);
    info.images =
        static_cast<int>(co_await core_.pool.run([this] { return core_.image_room.list({}, true).size(); }));
    info.driver_status = {{"Backing Filesystem", filesystem_name(core_.options.data_root)},
                          {"Supports d_type", "true"},
                          {"Using metacopy", "false"},
                          {"Native Overlay Diff", "true"}};
    info.data_root = core_.options.data_root;
    describe_cgroups(host, info);
    info.ipv4_forwarding = reads_one("/proc/sys/net/ipv4/ip_forward");
    info.debug = core_.options.debug;
    info.open_files = count_entries("/proc/self/fd");
    info.tasks = count_entries("/proc/self/task");
    info.event_listeners = static_cast<int>(core_.events.listeners());
    info.time = now();
    info.logging_driver = core_.options.log.type.empty() ? "json-file" : core_.options.log.type;
    info.log_drivers = {"json-file", "local", "none"};
    info.kernel_version = host.kernel_version;
    info.operating_system = host.operating_system;
    info.os_version = host.os_version;
    info.architecture = host.architecture;
    info.cpus = static_cast<int>(host.cpus);
    info.memory_total = host.memory_total;
    info.name = host.hostname;
    info.labels = core_.options.labels;
    info.http_proxy = environment("HTTP_PROXY", "http_proxy");
    info.https_proxy = environment("HTTPS_PROXY", "https_proxy");
    info.no_proxy = environment("NO_PROXY", "no_proxy");
    info.security_options = {"name=seccomp,profile=builtin"};
    if (host.apparmor) info.security_options.emplace_back("name=apparmor");
    if (host.cgroup_v2) info.security_options.emplace_back("name=cgroupns");
    info.init_binary = core_.options.init.filename();
    co_return info;
}

HostVersion System::version() const { return {core_.host.kernel_version, core_.host.architecture}; }

}  // namespace dhow::engine
