#include "engine/containers/spec.hpp"

#include <charconv>
#include <filesystem>

#include <fcntl.h>

#include "base/error.hpp"
#include "bundle/root_view.hpp"
#include "bundle/user.hpp"
#include "engine/mount_points.hpp"
#include "engine/validate/validate.hpp"
#include "linux/path.hpp"

namespace dhow::engine {

namespace {

/// A subdirectory of a volume, wherever links lead inside of it.
std::string subdirectory(const std::string& volume, const std::string& subpath) {
    UniqueFd root(check(::open(volume.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC), "open {}", volume));
    auto found = linux::find_in_root(root.get(), subpath, O_PATH);
    if (!found)
        throw InvalidArgument("cannot access path {}: no such file or directory", volume + "/" + subpath);
    return std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", found->get())).string();
}

/// A volume that is a file system of its own, or a folder of the host.
bundle::Mount mount_source(const MountPoint& point, const VolumeSource& source) {
    if (!point.subpath.empty())
        throw InvalidArgument("volume {} has options: a subpath of it cannot be mounted", point.name);
    bundle::Mount mount;
    mount.kind = bundle::Mount::Kind::filesystem;
    mount.destination = point.destination;
    mount.read_only = !point.read_write;
    mount.type = source.type;
    mount.source = source.device;
    mount.filesystem_options = source.options;
    return mount;
}

bundle::Mount make_mount(const MountPoint& point, const StartFacts& facts) {
    auto source = facts.volumes.find(point.name);
    if (point.type == "volume" && source != facts.volumes.end() && !source->second.is_folder())
        return mount_source(point, source->second);
    bundle::Mount mount;
    mount.destination = point.destination;
    mount.read_only = !point.read_write;
    if (point.type == "tmpfs") {
        mount.kind = bundle::Mount::Kind::tmpfs;
        mount.tmpfs_options = point.tmpfs_options;
        return mount;
    }
    mount.source = point.subpath.empty() ? point.source : subdirectory(point.source, point.subpath);
    std::error_code absent;
    if (!std::filesystem::exists(mount.source, absent))
        throw InvalidArgument("invalid mount config for type \"{}\": bind source path does not exist: {}",
                              point.type, mount.source);
    mount.recursive = !point.non_recursive;
    mount.read_only_recursive = !point.read_only_non_recursive;
    mount.force_read_only_recursive = point.read_only_force_recursive;
    mount.propagation = point.propagation;
    return mount;
}

std::optional<std::int64_t> parse_device_number(const std::string& text, const std::string& rule) {
    if (text == "*") return std::nullopt;
    std::int64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0)
        throw InvalidArgument("invalid device cgroup rule format: '{}'", rule);
    return number;
}

/// "c 1:3 rwm"
bundle::DeviceCgroupRule make_device_rule(const std::string& text) {
    auto first = text.find(' ');
    auto colon = text.find(':');
    auto second = text.find(' ', first == std::string::npos ? 0 : first + 1);
    if (first != 1 || colon == std::string::npos || second == std::string::npos || colon > second ||
        std::string_view("abc").find(text[0]) == std::string_view::npos ||
        text.find_first_not_of("rwm", second + 1) != std::string::npos || second + 1 == text.size())
        throw InvalidArgument("invalid device cgroup rule format: '{}'", text);
    bundle::DeviceCgroupRule rule;
    rule.type = text[0];
    rule.major = parse_device_number(text.substr(2, colon - 2), text);
    rule.minor = parse_device_number(text.substr(colon + 1, second - colon - 1), text);
    rule.access = text.substr(second + 1);
    return rule;
}

bundle::Security make_security(const Container& record, const Options& options) {
    bundle::Security security;
    security.no_new_privileges = options.no_new_privileges;
    for (const auto& text : record.host_config.security_opt) {
        auto option = parse_security_option(text);
        if (option.name == "no-new-privileges") {
            security.no_new_privileges = option.value == "true";
        } else if (option.name == "systempaths") {
            security.systempaths_unconfined = true;
        } else if (option.name == "apparmor") {
            security.apparmor = option.value;
        } else if (option.name == "seccomp") {
            if (option.value == "unconfined") {
                security.seccomp = bundle::Security::Seccomp::unconfined;
            } else if (option.value != "builtin") {
                security.seccomp = bundle::Security::Seccomp::profile;
                security.seccomp_profile = option.value;
            }
        }
    }
    return security;
}

template <typename To, typename From>
std::vector<To> throttles(const std::vector<From>& devices) {
    std::vector<To> result;
    for (const auto& device : devices) result.push_back({device.path, device.rate});
    return result;
}

void add_devices(bundle::Spec& spec, const HostConfig& host) {
    for (const auto& device : host.devices)
        spec.devices.push_back({device.path_on_host, device.path_in_container,
                                device.cgroup_permissions.empty() ? "rwm" : device.cgroup_permissions});
    for (const auto& rule : host.device_cgroup_rules)
        spec.device_cgroup_rules.push_back(make_device_rule(rule));
    for (const auto& limit : host.ulimits) spec.rlimits.push_back({limit.name, limit.soft, limit.hard});
}

}  // namespace

bundle::Resources make_resources(const Resources& from) {
    bundle::Resources to;
    to.memory = from.memory;
    to.memory_swap = from.memory_swap;
    to.memory_reservation = from.memory_reservation;
    to.memory_swappiness = from.memory_swappiness;
    to.oom_kill_disable = from.oom_kill_disable.value_or(false);
    to.nano_cpus = from.nano_cpus;
    to.cpu_shares = from.cpu_shares;
    to.cpu_period = from.cpu_period;
    to.cpu_quota = from.cpu_quota;
    to.cpu_realtime_period = from.cpu_realtime_period;
    to.cpu_realtime_runtime = from.cpu_realtime_runtime;
    to.cpuset_cpus = from.cpuset_cpus;
    to.cpuset_mems = from.cpuset_mems;
    to.pids_limit = from.pids_limit;
    to.blkio_weight = from.blkio_weight;
    for (const auto& device : from.blkio_weight_device)
        to.blkio_weight_devices.push_back({device.path, device.weight});
    to.blkio_read_bps = throttles<bundle::ThrottleDevice>(from.blkio_device_read_bps);
    to.blkio_write_bps = throttles<bundle::ThrottleDevice>(from.blkio_device_write_bps);
    to.blkio_read_iops = throttles<bundle::ThrottleDevice>(from.blkio_device_read_iops);
    to.blkio_write_iops = throttles<bundle::ThrottleDevice>(from.blkio_device_write_iops);
    return to;
}

bundle::Spec make_spec(const Container& record, const store::Snapshot& snapshot, const StartFacts& facts,
                       const Options& options) {
    const auto& config = record.config;
    const auto& host = record.host_config;
    bundle::Spec spec;
    spec.id = record.id;
    spec.hostname = config.hostname;
    spec.domainname = config.domainname;
    spec.overlay = {snapshot.lowerdirs, snapshot.upperdir, snapshot.workdir};
    spec.overlay.lower_directories.push_back(mount_points_layer(options.data_root));
    spec.root = snapshot.merged;
    spec.read_only_root = host.readonly_rootfs;
    spec.args.push_back(record.path);
    spec.args.insert(spec.args.end(), record.args.begin(), record.args.end());
    spec.env = config.env;
    spec.cwd = config.working_dir.empty() ? "/" : config.working_dir;
    std::vector<std::filesystem::path> layers{snapshot.upperdir};
    layers.insert(layers.end(), snapshot.lowerdirs.begin(), snapshot.lowerdirs.end());
    spec.user = bundle::resolve_user(bundle::RootView(layers), config.user, host.group_add);
    spec.tty = config.tty;
    if (const auto& size = host.console_size; size.size() == 2 && size[0] > 0 && size[1] > 0)
        spec.console_size = {static_cast<unsigned short>(size[0]), static_cast<unsigned short>(size[1])};
    spec.init = host.init.value_or(options.init_by_default);
    if (spec.init) {
        spec.init_path = options.init.string();
        std::error_code absent;
        if (!std::filesystem::exists(options.init, absent))
            throw InvalidArgument("exec: \"{}\": the program of --init does not exist", spec.init_path);
    }
    spec.namespaces = facts.namespaces;
    for (const auto& point : record.mounts) spec.mounts.push_back(make_mount(point, facts));
    spec.hostname_path = record.hostname_path;
    spec.hosts_path = record.hosts_path;
    spec.resolv_conf_path = record.resolv_conf_path;
    spec.privileged = host.privileged;
    spec.cap_add = host.cap_add;
    spec.cap_drop = host.cap_drop;
    spec.security = make_security(record, options);
    add_devices(spec, host);
    spec.sysctls = host.sysctls;
    spec.resources = make_resources(host);
    spec.oom_score_adj = host.oom_score_adj;
    spec.shm_size = host.ipc_mode == "none" ? 0 : host.shm_size;
    spec.shm_path = facts.shm_path;
    spec.masked_paths = host.masked_paths;
    spec.read_only_paths = host.readonly_paths;
    spec.cgroup_parent = host.cgroup_parent.empty() ? options.cgroup_parent : host.cgroup_parent;
    spec.annotations = host.annotations;
    return spec;
}

bundle::EtcFiles make_etc(const Container& record, const Options& options, const Host& facts,
                          const std::string& gateway) {
    const auto& host = record.host_config;
    bundle::EtcFiles files;
    files.hostname = record.config.hostname;
    files.domainname = record.config.domainname;
    files.ipv6 = facts.ipv6;
    for (const auto& entry : host.extra_hosts) {
        auto colon = entry.find(':');
        auto address = entry.substr(colon + 1);
        if (address == "host-gateway") {
            if (gateway.empty())
                throw InvalidArgument(
                    "unable to derive the IP value for host-gateway: there is no default bridge");
            address = gateway;
        }
        files.hosts.push_back({address, entry.substr(0, colon)});
    }
    // The whole name, and its first part alone; either may stand in the host's name already.
    auto names = record.config.hostname;
    if (!record.config.domainname.empty()) names += "." + record.config.domainname;
    if (auto dot = names.find('.'); dot != std::string::npos) names += " " + names.substr(0, dot);
    for (const auto& endpoint : record.endpoints)
        for (const auto* address : {&endpoint.ipv4_address, &endpoint.ipv6_address})
            if (!address->empty()) files.hosts.push_back({*address, names});
    files.nameservers = host.dns.empty() ? options.dns : host.dns;
    files.searches = host.dns_search.empty() ? options.dns_search : host.dns_search;
    files.options = host.dns_options.empty() ? options.dns_options : host.dns_options;
    files.keep_loopback_nameservers = host.network_mode == "host";
    return files;
}

}  // namespace dhow::engine
