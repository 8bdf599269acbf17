#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/error.hpp"
#include "linux/mount_options.hpp"
#include "runtime/parent/plans.hpp"

namespace dhow::runtime::parent {

namespace {

void check_result(int result, const char* what, const std::string& name) {
    if (result < 0) throw SystemError(-result, fmt::format("{} {}", what, name));
}

void set_attributes(int mount, const linux::MountOptions& options, const std::string& name) {
    if (options.recursive.any())
        check_result(linux::try_set_mount_attributes(mount, options.recursive, true), "set options of", name);
    if (options.attributes.any())
        check_result(linux::try_set_mount_attributes(mount, options.attributes, false), "set options of",
                     name);
    // A clone belongs to its source's peer group: without a word it leaves it.
    unsigned long propagation = options.propagation ? options.propagation : +MS_PRIVATE;
    bool recursive = options.propagation ? options.propagation_recursive : true;
    check_result(linux::try_set_propagation(mount, propagation, recursive), "set propagation of", name);
}

init::MountStep bind_step(const oci::Mount& mount, const linux::MountOptions& options,
                          const std::filesystem::path& bundle, Descriptors& descriptors) {
    if (!options.filesystem.empty())
        throw InvalidArgument("mount option \"{}\" has no meaning for a bind at {}",
                              options.filesystem.front().name, mount.destination);
    auto source = bundle / mount.source;
    int clone = linux::try_clone_mount(AT_FDCWD, source.c_str(), options.bind_recursive);
    check_result(clone, "bind", source.native());
    descriptors.emplace_back(clone);
    set_attributes(clone, options, source.native());
    struct stat status{};
    check(::fstat(clone, &status), "look at {}", source.native());
    return {.destination = mount.destination, .mount = clone, .is_file = !S_ISDIR(status.st_mode)};
}

/// File systems that show what namespaces their mounter is in. Those of a device or a server are mounted
/// here: the container may have neither the device nor the network.
bool shows_namespaces(const std::string& type) {
    constexpr std::array<std::string_view, 5> known{"proc", "sysfs", "tmpfs", "mqueue", "devpts"};
    return std::ranges::find(known, type) != known.end();
}

init::MountStep filesystem_step(const oci::Mount& mount, linux::MountOptions options,
                                Descriptors& descriptors) {
    if (options.propagation) throw NotImplemented("propagation of a new file system ({})", mount.destination);
    if (options.recursive.any())
        throw InvalidArgument("recursive options have no meaning for a new file system at {}",
                              mount.destination);
    if (!shows_namespaces(mount.type)) {
        int made = linux::try_new_mount(mount.type.c_str(), mount.source.c_str(), options.filesystem,
                                        options.attributes.set);
        check_result(made, "mount", mount.destination);
        descriptors.emplace_back(made);
        return {.destination = mount.destination, .mount = made};
    }
    init::MountStep step{.destination = mount.destination, .type = mount.type, .source = mount.source};
    step.symlinks_refused = mount.type == "proc" || mount.type == "sysfs";
    step.attributes = options.attributes.set;
    step.options = std::move(options.filesystem);
    // What comes into a tmpfs (devices, cgroups) must be made first.
    if (mount.type == "tmpfs" && step.attributes & MOUNT_ATTR_RDONLY) {
        step.attributes &= ~std::uint64_t{MOUNT_ATTR_RDONLY};
        step.read_only_late = true;
    }
    return step;
}

bool has_new_cgroup_namespace(const oci::RuntimeConfig& config) {
    return std::ranges::any_of(config.linux.namespaces,
                               [](const auto& each) { return each.type == "cgroup" && each.path.empty(); });
}

/// The container's own cgroup at `destination`: on v1 a folder a hierarchy on a tmpfs, on v2 the one
/// hierarchy.
void append_cgroup_steps(const oci::Mount& mount, const linux::MountOptions& options,
                         const linux::cgroup::Cgroup& cgroup, bool own_namespace, init::ContainerPlan& plan,
                         Descriptors& descriptors) {
    if (linux::cgroup::is_unified() && own_namespace) {
        plan.mounts.push_back({.destination = mount.destination,
                               .type = "cgroup2",
                               .source = "cgroup",
                               .attributes = options.attributes.set});
        return;
    }
    auto views = cgroup.views();
    if (!views.front().name.empty()) {
        auto attributes = options.attributes.set & ~std::uint64_t{MOUNT_ATTR_RDONLY};
        plan.mounts.push_back({.destination = mount.destination,
                               .type = "tmpfs",
                               .source = "tmpfs",
                               .options = {{"mode", "755", false}},
                               .attributes = attributes,
                               .read_only_late = (options.attributes.set & MOUNT_ATTR_RDONLY) != 0});
    }
    for (auto& view : views) {
        set_attributes(view.mount.get(), options, view.name);
        auto destination = view.name.empty() ? mount.destination : mount.destination + "/" + view.name;
        plan.mounts.push_back({.destination = destination, .mount = view.mount.get()});
        descriptors.push_back(std::move(view.mount));
    }
}

}  // namespace

void plan_mounts(const oci::RuntimeConfig& config, const std::filesystem::path& bundle,
                 const linux::cgroup::Cgroup& cgroup, init::ContainerPlan& plan, Descriptors& descriptors) {
    for (const auto& mount : config.mounts) {
        auto options = linux::parse_mount_options(mount.options);
        bool bind = options.bind || mount.type == "bind";
        if (bind && mount.destination == "/dev") plan.own_dev = false;
        if (bind)
            plan.mounts.push_back(bind_step(mount, options, bundle, descriptors));
        else if (mount.type == "cgroup" || mount.type == "cgroup2")
            append_cgroup_steps(mount, options, cgroup, has_new_cgroup_namespace(config), plan, descriptors);
        else if (mount.type.empty())
            throw InvalidArgument("the mount at {} has no type", mount.destination);
        else
            plan.mounts.push_back(filesystem_step(mount, std::move(options), descriptors));
    }
}

void plan_devices(const oci::RuntimeConfig& config, init::ContainerPlan& plan) {
    struct Default {
        const char* path;
        unsigned major;
        unsigned minor;
    };
    // config-linux.md, Default Devices.
    constexpr std::array<Default, 6> defaults{{{"/dev/null", 1, 3},
                                               {"/dev/zero", 1, 5},
                                               {"/dev/full", 1, 7},
                                               {"/dev/random", 1, 8},
                                               {"/dev/urandom", 1, 9},
                                               {"/dev/tty", 5, 0}}};
    if (plan.own_dev)
        for (const auto& device : defaults)
            plan.devices.push_back(
                {.path = device.path, .mode = S_IFCHR | 0666, .number = makedev(device.major, device.minor)});
    for (const auto& device : config.linux.devices) {
        mode_t type = device.type == "b"                         ? S_IFBLK
                      : device.type == "p"                       ? S_IFIFO
                      : device.type == "c" || device.type == "u" ? S_IFCHR
                                                                 : 0;
        if (!type) throw InvalidArgument("unknown type \"{}\" of device {}", device.type, device.path);
        if (!device.path.starts_with('/'))
            throw InvalidArgument("device path {} is not absolute", device.path);
        std::erase_if(plan.devices, [&](const auto& other) { return other.path == device.path; });
        plan.devices.push_back(
            {.path = device.path,
             .mode = type | (device.file_mode.value_or(0666) & 07777),
             .number = makedev(static_cast<unsigned>(device.major), static_cast<unsigned>(device.minor)),
             .uid = device.uid.value_or(0),
             .gid = device.gid.value_or(0)});
    }
}

}  // namespace dhow::runtime::parent
