#include "api/containers/convert.hpp"

#include "api/convert.hpp"
#include "api/translate.hpp"
#include "engine/model/container_json.hpp"
#include "engine/model/container_state_json.hpp"

namespace dhow::api::containers {

namespace {

void make_read_only_shallow(engine::HostConfig& host) {
    for (auto& mount : host.mounts) {
        if (mount.type != "bind" || !mount.read_only) continue;
        if (!mount.bind_options) mount.bind_options.emplace();
        mount.bind_options->read_only_non_recursive = true;
    }
}

std::string port_name(const network::PublishedPort& port) {
    return fmt::format("{}/{}", port.container_port, json::name_of(port.protocol));
}

wire::PortMap ports_of(const engine::Container& container) {
    wire::PortMap ports;
    if (!container.state.alive() || container.sandbox_id.empty()) return ports;
    for (const auto& name : container.config.exposed_ports.names) ports[name];
    for (const auto& port : container.published)
        ports[port_name(port)].push_back({port.host_address, std::to_string(port.host_port)});
    return ports;
}

wire::ContainerState to_wire(const engine::ContainerState& state) {
    wire::ContainerState out;
    out.status = engine::status_word(state.phase);
    // A paused or restarting container counts as running, as it does for dockerd.
    out.running = state.alive() || state.phase == engine::Phase::restarting;
    out.paused = state.phase == engine::Phase::paused;
    out.restarting = state.phase == engine::Phase::restarting;
    out.oom_killed = state.oom_killed;
    out.dead = state.phase == engine::Phase::dead;
    out.pid = state.pid;
    out.exit_code = state.exit_code;
    out.error = state.error;
    out.started_at = format_timestamp(state.started_at);
    out.finished_at = format_timestamp(state.finished_at);
    if (!state.health) return out;
    wire::Health health;
    health.status = json::name_of(state.health->status);
    health.failing_streak = state.health->failing_streak;
    for (const auto& result : state.health->log)
        health.log.push_back(
            {format_timestamp(result.start), format_timestamp(result.end), result.exit_code, result.output});
    out.health = std::move(health);
    return out;
}

wire::MountPoint to_wire(const engine::MountPoint& mount) {
    wire::MountPoint out = translate<wire::MountPoint>(mount);
    return out;
}

std::map<std::string, wire::EndpointSettings> to_wire(
    const std::map<std::string, engine::EndpointSettings>& networks) {
    std::map<std::string, wire::EndpointSettings> out;
    for (const auto& [name, endpoint] : networks) out.emplace(name, api::to_wire(endpoint));
    return out;
}

wire::NetworkSettings network_settings(const engine::Container& container) {
    wire::NetworkSettings settings;
    settings.sandbox_id = container.sandbox_id;
    settings.sandbox_key = container.sandbox_key;
    settings.ports = ports_of(container);
    settings.networks = to_wire(container.networks);
    // Clients that are older than user-defined networks read the default bridge's addresses here.
    auto bridge = settings.networks.find("bridge");
    if (bridge == settings.networks.end()) return settings;
    const auto& endpoint = bridge->second;
    settings.endpoint_id = endpoint.endpoint_id;
    settings.gateway = endpoint.gateway;
    settings.global_ipv6_address = endpoint.global_ipv6_address;
    settings.global_ipv6_prefix_len = endpoint.global_ipv6_prefix_len;
    settings.ip_address = endpoint.ip_address;
    settings.ip_prefix_len = endpoint.ip_prefix_len;
    settings.ipv6_gateway = endpoint.ipv6_gateway;
    settings.mac_address = endpoint.mac_address;
    return settings;
}

wire::DriverData driver_data(const engine::ContainerDetails& details) {
    wire::DriverData driver;
    driver.name = details.driver;
    if (details.upper_dir.empty()) return driver;
    driver.data = {{"ID", details.container.id},
                   {"LowerDir", details.lower_dir},
                   {"MergedDir", details.merged_dir},
                   {"UpperDir", details.upper_dir},
                   {"WorkDir", details.work_dir}};
    return driver;
}

wire::CpuStats cpu_stats(const engine::StatsSample& sample) {
    wire::CpuStats cpu;
    cpu.cpu_usage = {sample.cpu_total, sample.cpu_per_core, sample.cpu_kernel, sample.cpu_user};
    cpu.system_cpu_usage = sample.system_cpu;
    cpu.online_cpus = sample.online_cpus;
    cpu.throttling_data = {sample.periods, sample.throttled_periods, sample.throttled_time};
    return cpu;
}

std::vector<wire::BlkioEntry> entries(const std::vector<engine::BlkioEntry>& counters) {
    std::vector<wire::BlkioEntry> out;
    for (const auto& counter : counters)
        out.push_back({counter.major, counter.minor, counter.op, counter.value});
    return out;
}

}  // namespace

engine::CreateRequest to_engine(const wire::ContainerCreate& request, bool shallow_read_only) {
    engine::CreateRequest out;
    out.config = translate<engine::ContainerConfig>(static_cast<const wire::ContainerConfig&>(request));
    if (request.host_config) out.host_config = translate<engine::HostConfig>(*request.host_config);
    if (shallow_read_only) make_read_only_shallow(out.host_config);
    if (request.networking_config)
        for (const auto& [name, endpoint] : request.networking_config->endpoints_config)
            out.networking.endpoints_config.emplace(name, api::to_engine(endpoint));
    return out;
}

engine::ContainerConfig to_engine(const wire::ContainerConfig& config) {
    return translate<engine::ContainerConfig>(config);
}

engine::UpdateRequest to_engine(const wire::ContainerUpdate& request) {
    engine::UpdateRequest out;
    out.resources = translate<engine::Resources>(static_cast<const wire::Resources&>(request));
    if (!request.restart_policy.name.empty())
        out.restart_policy = translate<engine::RestartPolicy>(request.restart_policy);
    return out;
}

wire::ContainerInspect to_wire(const engine::ContainerDetails& details) {
    const engine::Container& container = details.container;
    wire::ContainerInspect out;
    out.id = container.id;
    out.created = format_timestamp(container.created);
    out.path = container.path;
    out.args = container.args;
    out.state = to_wire(container.state);
    out.image = container.image_id;
    out.resolv_conf_path = container.resolv_conf_path;
    out.hostname_path = container.hostname_path;
    out.hosts_path = container.hosts_path;
    out.log_path = container.log_path;
    out.name = "/" + container.name;
    out.restart_count = container.restart_count;
    out.driver = details.driver;
    out.platform = details.platform;
    out.exec_ids = details.exec_ids;
    out.host_config = translate<wire::HostConfig>(container.host_config);
    out.graph_driver = driver_data(details);
    if (details.sizes) {
        out.size_rw = details.sizes->rw;
        out.size_root_fs = details.sizes->root_fs;
    }
    for (const auto& mount : container.mounts) out.mounts.push_back(to_wire(mount));
    out.config = translate<wire::ContainerConfig>(container.config);
    out.network_settings = network_settings(container);
    return out;
}

wire::ContainerSummary to_wire(const engine::ContainerSummary& summary) {
    wire::ContainerSummary out;
    out.id = summary.id;
    out.names = summary.names;
    out.image = summary.image;
    out.image_id = summary.image_id;
    out.command = summary.command;
    out.created = unix_seconds(summary.created);
    for (const auto& port : summary.ports)
        out.ports.push_back({port.ip, static_cast<std::uint16_t>(port.private_port),
                             static_cast<std::uint16_t>(port.public_port), port.type});
    if (summary.sizes) {
        out.size_rw = summary.sizes->rw;
        out.size_root_fs = summary.sizes->root_fs;
    }
    out.labels = summary.labels;
    out.state = summary.state;
    out.status = summary.status;
    out.host_config = {summary.network_mode, summary.annotations};
    out.network_settings.networks = to_wire(summary.networks);
    for (const auto& mount : summary.mounts) out.mounts.push_back(to_wire(mount));
    return out;
}

wire::ContainerStats to_wire(const engine::StatsSample& sample, const engine::StatsSample* before) {
    wire::ContainerStats out;
    out.name = "/" + sample.name;
    out.id = sample.id;
    out.read = format_timestamp(sample.read);
    out.preread = format_timestamp(before ? before->read : Timestamp{});
    if (before) out.precpu_stats = cpu_stats(*before);
    if (!sample.running) return out;
    out.pids_stats = {sample.pids_current, sample.pids_limit};
    out.blkio_stats.io_service_bytes_recursive = entries(sample.io_bytes);
    out.blkio_stats.io_serviced_recursive = entries(sample.io_operations);
    out.cpu_stats = cpu_stats(sample);
    out.memory_stats = {sample.memory_usage, sample.memory_max_usage, sample.memory_stats,
                        sample.memory_failcnt, sample.memory_limit};
    for (const auto& [name, counters] : sample.networks)
        out.networks[name] = {counters.rx_bytes,   counters.rx_packets, counters.rx_errors,
                              counters.rx_dropped, counters.tx_bytes,   counters.tx_packets,
                              counters.tx_errors,  counters.tx_dropped};
    return out;
}

}  // namespace dhow::api::containers
