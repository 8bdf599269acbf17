#include <algorithm>

#include "base/error.hpp"
#include "linux/ns.hpp"
#include "runtime/parent/plans.hpp"

namespace dhow::runtime::parent {

namespace {

bool has_namespace(const oci::RuntimeConfig& config, std::string_view type) {
    return std::ranges::any_of(config.linux.namespaces, [&](const auto& each) { return each.type == type; });
}

void refuse(const json::Value& value, std::string_view name) {
    if (!value.is_null()) throw NotImplemented("{} in config.json is not supported", name);
}

void check_namespaces(const oci::RuntimeConfig& config) {
    const auto& namespaces = config.linux.namespaces;
    for (auto each = namespaces.begin(); each != namespaces.end(); ++each) {
        if (!linux::find_namespace_kind(each->type))
            throw InvalidArgument("unknown namespace \"{}\"", each->type);
        if (std::any_of(namespaces.begin(), each,
                        [&](const auto& other) { return other.type == each->type; }))
            throw InvalidArgument("namespace {} is given twice", each->type);
        if (each->type == "mount" && !each->path.empty())
            throw NotImplemented("a container cannot join a mount namespace");
        if (each->type == "user" && !each->path.empty())
            throw NotImplemented("a container cannot join a user namespace");
        if (each->type == "time" && each->path.empty())
            throw NotImplemented("a new time namespace is not supported");
    }
    if (!has_namespace(config, "mount")) throw InvalidArgument("a container needs a new mount namespace");
    if (!config.hostname.empty() && !has_namespace(config, "uts"))
        throw InvalidArgument("unable to set hostname without a private UTS namespace");
    if (!config.domainname.empty() && !has_namespace(config, "uts"))
        throw InvalidArgument("unable to set domainname without a private UTS namespace");
    bool mapped = !config.linux.uid_mappings.empty() || !config.linux.gid_mappings.empty();
    if (mapped && !has_namespace(config, "user"))
        throw InvalidArgument("id mappings need a new user namespace");
    if (has_namespace(config, "user") &&
        (config.linux.uid_mappings.empty() || config.linux.gid_mappings.empty()))
        throw InvalidArgument("a new user namespace needs uidMappings and gidMappings");
}

}  // namespace

void check_process(const oci::Process& process) {
    if (process.args.empty()) throw InvalidArgument("process.args must not be empty");
    if (!process.cwd.starts_with('/')) throw InvalidArgument("Cwd must be an absolute path");
    refuse(process.scheduler, "process.scheduler");
    refuse(process.io_priority, "process.ioPriority");
    refuse(process.exec_cpu_affinity, "process.execCPUAffinity");
    if (!process.apparmor_profile.empty())
        throw NotImplemented("AppArmor profile \"{}\": AppArmor is not supported", process.apparmor_profile);
    if (!process.selinux_label.empty())
        throw NotImplemented("SELinux label \"{}\": SELinux is not supported", process.selinux_label);
    if (process.oom_score_adj && (*process.oom_score_adj < -1000 || *process.oom_score_adj > 1000))
        throw InvalidArgument("oomScoreAdj must be between -1000 and 1000");
    // setresuid(2) and setresgid(2) take the highest id as "leave it as it is", which is root.
    constexpr std::uint32_t no_id = 0xffffffff;
    if (process.user.uid == no_id || process.user.gid == no_id ||
        std::ranges::find(process.user.additional_gids, no_id) != process.user.additional_gids.end())
        throw InvalidArgument("the id {} is nobody's", no_id);
    auto holds_null = [](const std::string& text) { return text.find('\0') != std::string::npos; };
    if (std::ranges::any_of(process.args, holds_null) || std::ranges::any_of(process.env, holds_null) ||
        holds_null(process.cwd))
        throw InvalidArgument("a null character in the process's arguments, environment or folder");
}

void check_config(const oci::RuntimeConfig& config) {
    if (!config.oci_version.starts_with("1."))
        throw InvalidArgument("unsupported version of the OCI runtime specification: \"{}\"",
                              config.oci_version);
    if (!config.process) throw InvalidArgument("config.json has no process");
    if (config.root.path.empty()) throw InvalidArgument("config.json has no root.path");
    check_process(*config.process);
    check_namespaces(config);
    const auto& linux_part = config.linux;
    refuse(linux_part.intel_rdt, "linux.intelRdt");
    refuse(linux_part.time_offsets, "linux.timeOffsets");
    refuse(linux_part.memory_policy, "linux.memoryPolicy");
    refuse(linux_part.net_devices, "linux.netDevices");
    if (!linux_part.mount_label.empty())
        throw NotImplemented("mount label \"{}\": SELinux is not supported", linux_part.mount_label);
    for (const auto& mount : config.mounts) {
        if (!mount.destination.starts_with('/'))
            throw InvalidArgument("mount destination {} is not absolute", mount.destination);
        if (!mount.uid_mappings.empty() || !mount.gid_mappings.empty())
            throw NotImplemented("id mappings of a mount ({}) are not supported", mount.destination);
    }
    for (const auto* paths : {&linux_part.masked_paths, &linux_part.readonly_paths})
        for (const auto& path : *paths)
            if (!path.starts_with('/')) throw InvalidArgument("path {} is not absolute", path);
}

}  // namespace dhow::runtime::parent
