#include "cli/create/body.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/create/parts.hpp"
#include "cli/format/text.hpp"
#include "cli/options/checks.hpp"

namespace dhow::cli {

namespace {

std::int64_t bytes(const Arguments& arguments, std::string_view option) {
    auto text = arguments.text(option);
    return text.empty() ? 0 : parse_size(text);
}

std::int64_t nanoseconds(const Arguments& arguments, std::string_view option) {
    auto duration = parse_duration(arguments.text(option)).count();
    if (duration < 0) throw InvalidArgument("--{} cannot be negative", option);
    return duration;
}

std::string namespace_mode(const Arguments& arguments, std::string_view option, std::string_view what,
                           std::initializer_list<std::string_view> known) {
    std::string mode(arguments.text(option));
    bool joins = mode.starts_with("container:") && mode.size() > 10;
    if (!mode.empty() && !joins && std::ranges::find(known, mode) == known.end())
        throw InvalidArgument("--{}: invalid {} mode", option, what);
    return mode;
}

std::optional<wire::HealthConfig> health(const Arguments& arguments) {
    wire::HealthConfig config;
    auto command = arguments.text("health-cmd");
    if (!command.empty()) config.test = {"CMD-SHELL", std::string(command)};
    config.interval = nanoseconds(arguments, "health-interval");
    config.timeout = nanoseconds(arguments, "health-timeout");
    config.start_period = nanoseconds(arguments, "health-start-period");
    config.start_interval = nanoseconds(arguments, "health-start-interval");
    config.retries = arguments.integer("health-retries");
    if (config.retries < 0) throw InvalidArgument("--health-retries cannot be negative");
    bool set = !config.test.empty() || config.interval || config.timeout || config.start_period ||
               config.start_interval || config.retries;
    if (arguments.flag("no-healthcheck")) {
        if (set) throw InvalidArgument("--no-healthcheck conflicts with --health-* options");
        config.test = {"NONE"};
        return config;
    }
    return set ? std::optional(config) : std::nullopt;
}

void apply_attach(const Arguments& arguments, wire::ContainerCreate& body) {
    auto streams = arguments.list("attach");
    auto wants = [&](std::string_view stream) {
        return std::ranges::any_of(streams, [&](const std::string& given) { return lower(given) == stream; });
    };
    body.tty = arguments.flag("tty");
    body.open_stdin = arguments.flag("interactive");
    body.attach_stdin = body.open_stdin || wants("stdin");
    body.attach_stdout = streams.empty() || wants("stdout");
    body.attach_stderr = streams.empty() || wants("stderr");
    // The container's input ends with this client, unless others may attach later.
    body.stdin_once = body.open_stdin && body.attach_stdin;
}

void apply_process(const Arguments& arguments, wire::ContainerCreate& body) {
    const auto& words = arguments.positional();
    body.image = words.at(0);
    body.cmd.assign(words.begin() + 1, words.end());
    if (arguments.has("entrypoint")) body.entrypoint = {std::string(arguments.text("entrypoint"))};
    body.hostname = arguments.text("hostname");
    body.domainname = arguments.text("domainname");
    body.user = arguments.text("user");
    body.working_dir = arguments.text("workdir");
    body.stop_signal = arguments.text("stop-signal");
    if (arguments.has("stop-timeout")) body.stop_timeout = arguments.integer("stop-timeout");
    body.env = read_environment(arguments.list("env-file"), arguments.list("env"));
    body.labels = read_labels(arguments.list("label-file"), arguments.list("label"));
    body.healthcheck = health(arguments);
}

void apply_storage(const Arguments& arguments, wire::ContainerCreate& body, wire::HostConfig& host) {
    auto volumes = parse_volumes(arguments.list("volume"));
    host.binds = std::move(volumes.binds);
    body.volumes.insert(volumes.anonymous.begin(), volumes.anonymous.end());
    for (const auto& mount : arguments.list("mount")) host.mounts.push_back(parse_mount(mount));
    for (const auto& tmpfs : arguments.list("tmpfs")) {
        auto colon = tmpfs.find(':');
        host.tmpfs[tmpfs.substr(0, colon)] = colon == std::string::npos ? "" : tmpfs.substr(colon + 1);
    }
    host.volumes_from = arguments.list("volumes-from");
    host.volume_driver = arguments.text("volume-driver");
    host.readonly_rootfs = arguments.flag("read-only");
    host.shm_size = bytes(arguments, "shm-size");
    for (const auto& option : arguments.list("storage-opt")) {
        auto equals = option.find('=');
        if (equals == std::string::npos) throw InvalidArgument("invalid storage option");
        host.storage_opt[option.substr(0, equals)] = option.substr(equals + 1);
    }
    host.log_config.type = arguments.text("log-driver");
    host.log_config.config = to_map(arguments.list("log-opt"));
    if (host.log_config.type == "none" && !host.log_config.config.empty())
        throw InvalidArgument("invalid logging opts for driver none");
}

void apply_security_and_namespaces(const Arguments& arguments, wire::HostConfig& host) {
    host.privileged = arguments.flag("privileged");
    apply_capabilities(arguments.list("cap-add"), arguments.list("cap-drop"), host);
    apply_security(arguments.list("security-opt"), host);
    host.group_add = arguments.list("group-add");
    host.pid_mode = namespace_mode(arguments, "pid", "PID", {"host"});
    host.uts_mode = namespace_mode(arguments, "uts", "UTS", {"host"});
    host.userns_mode = namespace_mode(arguments, "userns", "USER", {"host"});
    host.cgroupns_mode = namespace_mode(arguments, "cgroupns", "CGROUP", {"host", "private"});
    host.ipc_mode = arguments.text("ipc");
    host.isolation = arguments.text("isolation");
    host.sysctls = to_map(arguments.list("sysctl"));
    host.annotations = to_map(arguments.list("annotation"));
}

void apply_lifecycle(const Arguments& arguments, wire::HostConfig& host) {
    host.container_id_file = arguments.text("cidfile");
    host.auto_remove = arguments.flag("rm");
    host.runtime = arguments.text("runtime");
    if (arguments.has("init")) host.init = arguments.flag("init");
    host.oom_score_adj = arguments.integer("oom-score-adj");
    host.restart_policy = parse_restart(arguments.text("restart"));
    bool restarts = !host.restart_policy.name.empty() && host.restart_policy.name != "no";
    if (host.auto_remove && restarts)
        throw InvalidArgument("conflicting options: cannot specify both --restart and --rm");
}

bool is_user_defined(std::string_view network) {
    return network != "default" && network != "bridge" && network != "host" && network != "none" &&
           !network.starts_with("container:");
}

void refuse_both(bool both, std::string_view option, std::string_view what) {
    if (both)
        throw InvalidArgument("conflicting options: cannot specify both --{} and per-network {}", option,
                              what);
}

std::string checked_mac(std::string_view text) {
    auto digits = [](std::string_view part) {
        return part.size() == 2 && part.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    };
    auto parts = split(text, text.find('-') == std::string_view::npos ? ':' : '-');
    bool good = (parts.size() == 6 || parts.size() == 8) && std::ranges::all_of(parts, digits);
    if (!good) throw InvalidArgument("{} is not a valid mac address", text);
    return std::string(text);
}

/// The older options (--ip, --network-alias, ...) belong to the first network.
void apply_to_first(const Arguments& arguments, NetworkAttachment& network) {
    auto& settings = network.settings;
    auto aliases = arguments.list("network-alias");
    auto local = arguments.list("link-local-ip");
    const auto* ipam = settings.ipam_config ? &*settings.ipam_config : nullptr;
    refuse_both(!settings.aliases.empty() && !aliases.empty(), "network-alias", "alias");
    refuse_both(ipam && !ipam->ipv4_address.empty() && arguments.has("ip"), "ip", "IPv4 address");
    refuse_both(ipam && !ipam->ipv6_address.empty() && arguments.has("ip6"), "ip6", "IPv6 address");
    refuse_both(ipam && !ipam->link_local_ips.empty() && !local.empty(), "link-local-ip",
                "link-local IP addresses");
    refuse_both(!settings.mac_address.empty() && arguments.has("mac-address"), "mac-address", "MAC address");
    settings.aliases.insert(settings.aliases.end(), aliases.begin(), aliases.end());
    if (is_user_defined(network.target)) settings.links = arguments.list("link");
    if (arguments.has("mac-address")) settings.mac_address = arguments.text("mac-address");
    if (!arguments.has("ip") && !arguments.has("ip6") && local.empty()) return;
    auto& addresses = settings.ipam_config ? *settings.ipam_config : settings.ipam_config.emplace();
    if (arguments.has("ip")) addresses.ipv4_address = arguments.text("ip");
    if (arguments.has("ip6")) addresses.ipv6_address = arguments.text("ip6");
    addresses.link_local_ips.insert(addresses.link_local_ips.end(), local.begin(), local.end());
}

void check_attachment(NetworkAttachment& network) {
    if (network.target.empty()) throw InvalidArgument("no name set for network");
    if (!is_user_defined(network.target)) {
        if (!network.settings.aliases.empty())
            throw InvalidArgument("network-scoped aliases are only supported for user-defined networks");
        if (!network.settings.links.empty())
            throw InvalidArgument("links are only supported for user-defined networks");
    }
    if (!network.settings.mac_address.empty())
        network.settings.mac_address = checked_mac(network.settings.mac_address);
}

bool says_nothing(const wire::EndpointSettings& settings) {
    return !settings.ipam_config && settings.links.empty() && settings.aliases.empty() &&
           settings.mac_address.empty() && settings.driver_opts.empty() && settings.gw_priority == 0;
}

void apply_networks(const Arguments& arguments, wire::ContainerCreate& body, wire::HostConfig& host) {
    std::vector<NetworkAttachment> networks;
    for (const auto& value : arguments.list("network")) networks.push_back(parse_network(value));
    bool chosen = !networks.empty();
    if (!chosen) networks.push_back({"default", {}});
    host.network_mode = networks[0].target;
    apply_to_first(arguments, networks[0]);
    auto& endpoints = body.networking_config.emplace().endpoints_config;
    bool user_defined = false, others = false;
    for (auto& network : networks) {
        check_attachment(network);
        (is_user_defined(network.target) ? user_defined : others) = true;
        if (endpoints.contains(network.target))
            throw InvalidArgument("network \"{}\" is specified multiple times", network.target);
        if (!chosen || networks.size() > 1 || !says_nothing(network.settings))
            endpoints[network.target] = network.settings;
    }
    if (user_defined && others)
        throw InvalidArgument(
            "conflicting options: cannot attach both user-defined and non-user-defined network-modes");
}

void apply_network_options(const Arguments& arguments, wire::ContainerCreate& body, wire::HostConfig& host) {
    auto ports = parse_ports(arguments.list("publish"), arguments.list("expose"));
    body.exposed_ports = std::move(ports.exposed);
    host.port_bindings = std::move(ports.bindings);
    host.publish_all_ports = arguments.flag("publish-all");
    host.dns = arguments.list("dns");
    host.dns_options = arguments.list("dns-option");
    host.dns_search = arguments.list("dns-search");
    host.links = arguments.list("link");
    for (auto& extra : arguments.list("add-host")) {
        // "name=address" is the newer form; the API takes the one with a colon.
        auto separator = extra.find_first_of("=:");
        auto address = extra.substr(separator + 1);
        if (address.starts_with('[') && address.ends_with(']'))
            address = address.substr(1, address.size() - 2);
        host.extra_hosts.push_back(extra.substr(0, separator) + ":" + address);
    }
    apply_networks(arguments, body, host);
}

template <typename T, typename Parse>
void parse_each(const std::vector<std::string>& values, std::vector<T>& out, Parse parse) {
    for (const auto& value : values) out.push_back(parse(value));
}

void apply_devices(const Arguments& arguments, wire::Resources& resources) {
    parse_each(arguments.list("device"), resources.devices, parse_device);
    resources.ulimits = parse_ulimits(arguments.list("ulimit"));
    parse_each(arguments.list("blkio-weight-device"), resources.blkio_weight_device, parse_weight_device);
    auto by_bytes = [](std::string_view text) { return parse_throttle(text, true); };
    auto by_operations = [](std::string_view text) { return parse_throttle(text, false); };
    parse_each(arguments.list("device-read-bps"), resources.blkio_device_read_bps, by_bytes);
    parse_each(arguments.list("device-write-bps"), resources.blkio_device_write_bps, by_bytes);
    parse_each(arguments.list("device-read-iops"), resources.blkio_device_read_iops, by_operations);
    parse_each(arguments.list("device-write-iops"), resources.blkio_device_write_iops, by_operations);
    resources.device_cgroup_rules = arguments.list("device-cgroup-rule");
    resources.cgroup_parent = arguments.text("cgroup-parent");
    auto swappiness = arguments.integer("memory-swappiness");
    if (swappiness < -1 || swappiness > 100)
        throw InvalidArgument("invalid value: {}. Valid memory swappiness range is 0-100", swappiness);
    resources.memory_swappiness = swappiness;
    resources.oom_kill_disable = arguments.flag("oom-kill-disable");
}

}  // namespace

void apply_resources(const Arguments& arguments, Options options, wire::Resources& resources) {
    resources.memory = bytes(arguments, "memory");
    resources.memory_reservation = bytes(arguments, "memory-reservation");
    if (auto swap = arguments.text("memory-swap"); !swap.empty()) resources.memory_swap = parse_swap(swap);
    if (auto cpus = arguments.text("cpus"); !cpus.empty()) resources.nano_cpus = parse_cpus(cpus);
    resources.cpu_shares = arguments.integer("cpu-shares");
    resources.cpu_period = arguments.integer("cpu-period");
    resources.cpu_quota = arguments.integer("cpu-quota");
    resources.cpu_realtime_period = arguments.integer("cpu-rt-period");
    resources.cpu_realtime_runtime = arguments.integer("cpu-rt-runtime");
    resources.cpuset_cpus = arguments.text("cpuset-cpus");
    resources.cpuset_mems = arguments.text("cpuset-mems");
    resources.blkio_weight = static_cast<std::uint16_t>(arguments.integer("blkio-weight"));
    if (arguments.has("pids-limit")) resources.pids_limit = arguments.integer("pids-limit");
    if (find_option(options, "device")) apply_devices(arguments, resources);
}

wire::ContainerCreate create_body(const Arguments& arguments) {
    wire::ContainerCreate body;
    auto& host = body.host_config.emplace();
    apply_attach(arguments, body);
    apply_process(arguments, body);
    apply_storage(arguments, body, host);
    apply_network_options(arguments, body, host);
    apply_security_and_namespaces(arguments, host);
    apply_lifecycle(arguments, host);
    apply_resources(arguments, arguments.options(), host);
    return body;
}

}  // namespace dhow::cli
