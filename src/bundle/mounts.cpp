#include "bundle/mounts.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "base/error.hpp"

namespace dhow::bundle {

namespace {

struct DefaultMount {
    const char* destination;
    const char* type;
    const char* source;
    const char* options;
};

constexpr std::array default_mounts{
    DefaultMount{"/proc", "proc", "proc", "nosuid,noexec,nodev"},
    DefaultMount{"/dev", "tmpfs", "tmpfs", "nosuid,strictatime,mode=755,size=65536k"},
    DefaultMount{"/dev/pts", "devpts", "devpts", "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5"},
    DefaultMount{"/sys", "sysfs", "sysfs", "nosuid,noexec,nodev,ro"},
    DefaultMount{"/sys/fs/cgroup", "cgroup", "cgroup", "ro,nosuid,noexec,nodev"},
    DefaultMount{"/dev/mqueue", "mqueue", "mqueue", "nosuid,noexec,nodev"},
};

struct Opposite {
    const char* option;
    const char* other;
};
constexpr std::array tmpfs_flags{
    Opposite{"rw", "ro"},
    Opposite{"ro", "rw"},
    Opposite{"exec", "noexec"},
    Opposite{"noexec", "exec"},
    Opposite{"suid", "nosuid"},
    Opposite{"nosuid", "suid"},
    Opposite{"dev", "nodev"},
    Opposite{"nodev", "dev"},
    Opposite{"atime", "noatime"},
    Opposite{"noatime", "atime"},
    Opposite{"diratime", "nodiratime"},
    Opposite{"nodiratime", "diratime"},
    Opposite{"relatime", "norelatime"},
    Opposite{"norelatime", "relatime"},
    Opposite{"strictatime", "nostrictatime"},
    Opposite{"nostrictatime", "strictatime"},
    Opposite{"sync", "async"},
    Opposite{"async", "sync"},
    Opposite{"defaults", ""},
};
constexpr std::array<std::string_view, 7> tmpfs_values{"size",      "mode",      "uid", "gid",
                                                       "nr_inodes", "nr_blocks", "mpol"};

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> parts;
    std::stringstream stream{std::string(text)};
    for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
    return parts;
}

std::string clean_destination(const std::string& destination) {
    auto path = std::filesystem::path(destination).lexically_normal().string();
    if (path.size() > 1 && path.ends_with('/')) path.pop_back();
    if (!path.starts_with('/'))
        throw InvalidArgument("invalid mount path: '{}' mount path must be absolute", destination);
    if (path == "/") throw InvalidArgument("invalid specification: destination can't be '/'");
    return path;
}

bool has_private_ipc(const Spec& spec) { return spec.namespaces.ipc.mode == Namespace::Mode::own; }

void add_shm(const Spec& spec, std::vector<oci::Mount>& mounts) {
    oci::Mount mount;
    mount.destination = "/dev/shm";
    if (!spec.shm_path.empty() || !has_private_ipc(spec)) {
        mount.type = "bind";
        mount.source = spec.shm_path.empty() ? "/dev/shm" : spec.shm_path;
        mount.options = {"rbind", "rprivate", "nosuid", "noexec", "nodev"};
    } else if (spec.shm_size > 0) {
        mount.type = "tmpfs";
        mount.source = "shm";
        mount.options = {"nosuid", "noexec", "nodev", "mode=1777", fmt::format("size={}", spec.shm_size)};
    } else {
        return;
    }
    mounts.push_back(std::move(mount));
}

void make_writable(oci::Mount& mount) { std::erase(mount.options, "ro"); }

std::vector<oci::Mount> defaults(const Spec& spec) {
    std::vector<oci::Mount> mounts;
    for (const auto& [destination, type, source, options] : default_mounts) {
        oci::Mount mount;
        mount.destination = destination;
        mount.type = type;
        mount.source = source;
        mount.options = split(options);
        if (spec.privileged && mount.type == "cgroup") make_writable(mount);
        if (spec.privileged && mount.type == "sysfs" && !spec.read_only_root) make_writable(mount);
        mounts.push_back(std::move(mount));
    }
    add_shm(spec, mounts);
    return mounts;
}

/// The mount that holds a path, and what it says of its propagation: "shared:N", "master:N" (proc(5),
/// mountinfo).
struct HoldingMount {
    std::string point, propagation;
};

HoldingMount mount_that_holds(const std::string& path) {
    std::ifstream mountinfo("/proc/self/mountinfo");
    HoldingMount best;
    for (std::string line; std::getline(mountinfo, line);) {
        std::istringstream fields(line);
        std::string id, parent, device, root, point, options, field, optional;
        fields >> id >> parent >> device >> root >> point >> options;
        while (fields >> field && field != "-") optional += field + " ";
        bool holds = path == point || point == "/" || path.starts_with(point + "/");
        if (holds && point.size() >= best.point.size()) best = {point, optional};
    }
    return best;
}

void use_propagation(const Mount& mount, std::string& root_propagation) {
    auto kind = mount.propagation.starts_with('r') ? mount.propagation.substr(1) : mount.propagation;
    if (kind == "private") return;
    if (kind != "shared" && kind != "slave")
        throw InvalidArgument("invalid propagation mode: {}", mount.propagation);
    auto [point, propagation] = mount_that_holds(mount.source);
    bool shared = propagation.find("shared:") != propagation.npos;
    if (kind == "shared" && !shared)
        throw InvalidArgument("path {} is mounted on {} but it is not a shared mount", mount.source, point);
    if (kind == "slave" && !shared && propagation.find("master:") == propagation.npos)
        throw InvalidArgument("path {} is mounted on {} but it is not a shared or slave mount", mount.source,
                              point);
    if (kind == "shared")
        root_propagation = "shared";
    else if (root_propagation != "shared")
        root_propagation = "rslave";
}

oci::Mount to_oci(const Mount& wanted, std::string& root_propagation) {
    oci::Mount mount;
    mount.destination = clean_destination(wanted.destination);
    if (wanted.kind == Mount::Kind::tmpfs) {
        mount.type = "tmpfs";
        mount.source = "tmpfs";
        mount.options = merge_tmpfs_options(wanted.tmpfs_options);
        if (wanted.read_only) mount.options.emplace_back("ro");
        return mount;
    }
    if (wanted.kind == Mount::Kind::filesystem) {
        mount.type = wanted.type;
        mount.source = wanted.source;
        mount.options = wanted.filesystem_options;
        if (wanted.read_only) mount.options.emplace_back("ro");
        return mount;
    }
    if (!wanted.source.starts_with('/'))
        throw InvalidArgument(
            "invalid mount config for type \"bind\": invalid mount path: '{}' mount path must be absolute",
            wanted.source);
    mount.type = "bind";
    mount.source = wanted.source;
    mount.options.emplace_back(wanted.recursive ? "rbind" : "bind");
    if (wanted.read_only) {
        bool recursive = wanted.recursive && (wanted.read_only_recursive || wanted.force_read_only_recursive);
        mount.options.emplace_back(recursive ? "rro" : "ro");
    }
    auto propagation = wanted.propagation.empty() ? std::string("rprivate") : wanted.propagation;
    if (!wanted.propagation.empty()) use_propagation(wanted, root_propagation);
    mount.options.push_back(std::move(propagation));
    return mount;
}

void add_etc(const Spec& spec, std::vector<oci::Mount>& mounts) {
    auto add = [&](const std::string& source, const char* destination) {
        if (source.empty()) return;
        oci::Mount mount;
        mount.destination = destination;
        mount.type = "bind";
        mount.source = source;
        mount.options = {"rbind", "rprivate"};
        // The files of a container with a read-only root cannot be changed either.
        if (spec.read_only_root) mount.options.emplace_back("ro");
        mounts.push_back(std::move(mount));
    };
    add(spec.resolv_conf_path, "/etc/resolv.conf");
    add(spec.hostname_path, "/etc/hostname");
    add(spec.hosts_path, "/etc/hosts");
}

}  // namespace

std::vector<std::string> merge_tmpfs_options(const std::vector<std::string>& options) {
    std::vector<std::string> merged{"noexec", "nosuid", "nodev"};
    for (const auto& option : options) {
        auto equals = option.find('=');
        auto name = option.substr(0, equals);
        if (equals != option.npos && std::ranges::find(tmpfs_values, name) != tmpfs_values.end()) {
            std::erase_if(merged, [&](const auto& other) { return other.starts_with(name + "="); });
            merged.push_back(option);
            continue;
        }
        auto flag = std::ranges::find(tmpfs_flags, option, [](const auto& entry) { return entry.option; });
        if (flag == tmpfs_flags.end()) throw InvalidArgument("Invalid tmpfs option \"{}\"", option);
        std::erase_if(merged, [&](const auto& other) { return other == flag->other || other == option; });
        merged.push_back(option);
    }
    return merged;
}

std::vector<oci::Mount> build_mounts(const Spec& spec, std::string& propagation) {
    auto mounts = defaults(spec);
    add_etc(spec, mounts);
    if (spec.init) {
        oci::Mount init;
        init.destination = "/sbin/docker-init";
        init.type = "bind";
        init.source = spec.init_path;
        init.options = {"bind", "ro"};
        mounts.push_back(std::move(init));
    }
    for (const auto& wanted : spec.mounts) {
        auto mount = to_oci(wanted, propagation);
        std::erase_if(mounts, [&](const auto& other) { return other.destination == mount.destination; });
        mounts.push_back(std::move(mount));
    }
    auto depth = [](const oci::Mount& mount) { return std::ranges::count(mount.destination, '/'); };
    std::ranges::stable_sort(mounts, {}, depth);
    return mounts;
}

}  // namespace dhow::bundle
