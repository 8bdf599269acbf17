#include "api/system/convert.hpp"

#include "api/convert.hpp"
#include "base/version.hpp"
#include "wire/versions.hpp"

namespace dhow::api::system {

namespace {

/// GOARCH, as the API names architectures of images.
std::string goarch(const std::string& machine) {
    if (machine == "x86_64") return "amd64";
    if (machine == "aarch64") return "arm64";
    return machine;
}

/// As dockerd has it: networks in a list of their own, hosts and docker.io as indexes by their names.
wire::RegistryConfig registry_config(const engine::Options& options) {
    wire::RegistryConfig out;
    out.mirrors = options.registry_mirrors;
    auto add = [&out](const std::string& name, bool secure) -> wire::IndexInfo& {
        auto& index = out.index_configs[name];
        index.name = name;
        index.secure = secure;
        return index;
    };
    for (const auto& entry : options.insecure_registries) {
        if (entry.find('/') != entry.npos)
            out.insecure_registry_cidrs.push_back(entry);
        else
            add(entry, false);
    }
    out.insecure_registry_cidrs.insert(out.insecure_registry_cidrs.end(), {"::1/128", "127.0.0.0/8"});
    auto& hub = add("docker.io", true);
    hub.official = true;
    hub.mirrors = options.registry_mirrors;
    return out;
}

}  // namespace

wire::Version to_wire(const engine::HostVersion& host) {
    wire::Version out;
    out.platform.name = "dhow";
    out.version = version;
    out.api_version = wire::newest.text();
    out.min_api_version = wire::oldest.text();
    out.os = host.os;
    out.arch = goarch(host.architecture);
    out.kernel_version = host.kernel_version;
    wire::ComponentVersion engine;
    engine.name = "Engine";
    engine.version = version;
    engine.details = {{"ApiVersion", out.api_version},
                      {"MinAPIVersion", out.min_api_version},
                      {"Arch", out.arch},
                      {"KernelVersion", out.kernel_version},
                      {"Os", out.os},
                      {"Experimental", "false"}};
    out.components.push_back(std::move(engine));
    return out;
}

wire::Info to_wire(const engine::SystemInfo& info, const engine::Options& options) {
    wire::Info out;
    out.id = info.id;
    out.containers = info.containers;
    out.containers_running = info.containers_running;
    out.containers_paused = info.containers_paused;
    out.containers_stopped = info.containers_stopped;
    out.images = info.images;
    out.driver = info.driver;
    out.driver_status.assign(info.driver_status.begin(), info.driver_status.end());
    out.plugins.volume = {"local"};
    out.plugins.network = {"bridge", "host", "null"};
    out.plugins.log = info.log_drivers;
    out.memory_limit = info.memory_limit;
    out.swap_limit = info.swap_limit;
    out.cpu_cfs_period = info.cpu_cfs;
    out.cpu_cfs_quota = info.cpu_cfs;
    out.cpu_shares = info.cpu_shares;
    out.cpu_set = info.cpuset;
    out.pids_limit = info.pids_limit;
    out.ipv4_forwarding = info.ipv4_forwarding;
    out.debug = info.debug;
    out.n_fd = info.open_files;
    out.oom_kill_disable = info.oom_kill_disable;
    out.n_goroutines = info.tasks;
    out.system_time = format_timestamp(info.time);
    out.logging_driver = info.logging_driver;
    out.cgroup_driver = info.cgroup_driver;
    out.cgroup_version = info.cgroup_version;
    out.n_events_listener = info.event_listeners;
    out.kernel_version = info.kernel_version;
    out.operating_system = info.operating_system;
    out.os_version = info.os_version;
    out.os_type = "linux";
    out.architecture = info.architecture;
    out.ncpu = info.cpus;
    out.mem_total = info.memory_total;
    out.docker_root_dir = info.data_root;
    out.http_proxy = info.http_proxy;
    out.https_proxy = info.https_proxy;
    out.no_proxy = info.no_proxy;
    out.name = info.name;
    out.labels = info.labels;
    out.server_version = version;
    out.runtimes["dhow-runtime"].path = options.runtime.string();
    out.default_runtime = "dhow-runtime";
    // Containers always outlive the daemon.
    out.live_restore_enabled = true;
    out.init_binary = info.init_binary;
    out.security_options = info.security_options;
    out.firewall_backend = wire::FirewallInfo{"nftables", {}};
    out.warnings = info.warnings;
    out.registry_config = registry_config(options);
    return out;
}

wire::Event to_wire(const engine::Event& event) {
    wire::Event out;
    out.type = event.type;
    out.action = event.action;
    out.actor.id = event.id;
    out.actor.attributes = event.attributes;
    out.scope = "local";
    out.time = unix_seconds(event.time);
    out.time_nano = event.time.time_since_epoch().count();
    // The form that events had before they had types; some clients still read it.
    if (event.type == "container" || event.type == "image") {
        out.status = event.action;
        out.id = event.id;
    }
    if (auto image = event.attributes.find("image");
        event.type == "container" && image != event.attributes.end())
        out.from = image->second;
    return out;
}

}  // namespace dhow::api::system
