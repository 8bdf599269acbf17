#include "bundle/devices.hpp"

#include <array>
#include <filesystem>

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/error.hpp"

namespace dhow::bundle {

namespace {

namespace fs = std::filesystem;

struct Rule {
    char type;
    std::int64_t major, minor;  // -1: any
    const char* access;
};

/// What a container may use without asking: making nodes of any kind (without opening them), null, zero,
/// full, random, urandom, tty, console, ptmx, and every pseudo-terminal.
constexpr std::array default_rules{
    Rule{'c', -1, -1, "m"}, Rule{'b', -1, -1, "m"}, Rule{'c', 1, 3, "rwm"},    Rule{'c', 1, 5, "rwm"},
    Rule{'c', 1, 7, "rwm"}, Rule{'c', 1, 8, "rwm"}, Rule{'c', 1, 9, "rwm"},    Rule{'c', 5, 0, "rwm"},
    Rule{'c', 5, 1, "rwm"}, Rule{'c', 5, 2, "rwm"}, Rule{'c', 136, -1, "rwm"},
};

std::optional<std::int64_t> number_or_any(std::int64_t number) {
    return number < 0 ? std::nullopt : std::optional(number);
}

std::optional<oci::Device> device_of(const fs::path& host, const std::string& container) {
    struct stat status{};
    if (::stat(host.c_str(), &status) < 0) return std::nullopt;
    if (!S_ISCHR(status.st_mode) && !S_ISBLK(status.st_mode)) return std::nullopt;
    oci::Device device;
    device.type = S_ISBLK(status.st_mode) ? "b" : "c";
    device.path = container;
    device.major = ::major(status.st_rdev);
    device.minor = ::minor(status.st_rdev);
    device.file_mode = status.st_mode & 07777;
    device.uid = status.st_uid;
    device.gid = status.st_gid;
    return device;
}

/// The devices below a directory. Terminals, shared memory and queues are the container's own.
void collect(const fs::path& directory, const std::string& container, std::vector<oci::Device>& devices) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(directory, ignored)) {
        auto name = entry.path().filename().string();
        auto inside = container + "/" + name;
        if (entry.is_symlink(ignored)) continue;
        if (entry.is_directory(ignored)) {
            if (name != "pts" && name != "shm" && name != "fd" && name != "mqueue" && name != ".lxc" &&
                name != ".lxd-mounts" && name != ".udev")
                collect(entry.path(), inside, devices);
        } else if (name != "console" && name != "ptmx") {
            if (auto device = device_of(entry.path(), inside)) devices.push_back(std::move(*device));
        }
    }
}

void check_permissions(const std::string& permissions) {
    if (permissions.empty() || permissions.find_first_not_of("rwm") != std::string::npos)
        throw InvalidArgument("invalid device mode: {}", permissions);
}

void add_device(const Device& wanted, std::vector<oci::Device>& devices,
                std::vector<oci::DeviceRule>& rules) {
    check_permissions(wanted.permissions);
    auto inside = wanted.container_path.empty() ? wanted.host_path : wanted.container_path;
    std::vector<oci::Device> found;
    if (auto device = device_of(wanted.host_path, inside))
        found.push_back(std::move(*device));
    else if (std::error_code ignored; fs::is_directory(wanted.host_path, ignored))
        collect(wanted.host_path, inside, found);
    if (found.empty()) {
        struct stat status{};
        auto reason = ::stat(wanted.host_path.c_str(), &status) < 0 ? errno_text(errno) : "not a device node";
        throw InvalidArgument("error gathering device information while adding custom device \"{}\": {}",
                              wanted.host_path, reason);
    }
    for (auto& device : found) {
        rules.push_back({true, device.type, device.major, device.minor, wanted.permissions});
        std::erase_if(devices, [&](const auto& other) { return other.path == device.path; });
        devices.push_back(std::move(device));
    }
}

}  // namespace

void add_devices(const Spec& spec, std::vector<oci::Device>& devices, std::vector<oci::DeviceRule>& rules) {
    if (spec.privileged) {
        rules.push_back({.allow = true, .type = "a", .major = {}, .minor = {}, .access = "rwm"});
        collect("/dev", "/dev", devices);
    } else {
        rules.push_back({.allow = false, .type = "a", .major = {}, .minor = {}, .access = "rwm"});
        for (auto [type, major, minor, access] : default_rules)
            rules.push_back({true, std::string(1, type), number_or_any(major), number_or_any(minor), access});
    }
    for (const auto& device : spec.devices) add_device(device, devices, rules);
    for (const auto& rule : spec.device_cgroup_rules) {
        check_permissions(rule.access);
        if (rule.type != 'a' && rule.type != 'b' && rule.type != 'c')
            throw InvalidArgument("invalid device type in a device cgroup rule: {}", rule.type);
        rules.push_back({true, std::string(1, rule.type), rule.major, rule.minor, rule.access});
    }
}

}  // namespace dhow::bundle
