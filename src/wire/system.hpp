#pragma once
// GET /version and /info

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "wire/codec.hpp"

namespace dhow::wire {

struct PlatformName {
    std::string name;
};

struct ComponentVersion {
    std::string name;
    std::string version;
    std::map<std::string, std::string> details;
};

struct Version {
    PlatformName platform;
    std::vector<ComponentVersion> components;
    std::string version;
    std::string api_version;
    std::string min_api_version;
    std::string git_commit;
    std::string go_version;
    std::string os;
    std::string arch;
    std::string kernel_version;
    bool experimental = false;
    std::string build_time;
};

struct PluginsInfo {
    std::vector<std::string> volume;
    std::vector<std::string> network;
    std::vector<std::string> authorization;
    std::vector<std::string> log;
};

struct IndexInfo {
    std::string name;
    std::vector<std::string> mirrors;
    bool secure = true;
    bool official = false;
};

struct RegistryConfig {
    std::map<std::string, IndexInfo> index_configs;
    std::vector<std::string> insecure_registry_cidrs;
    std::vector<std::string> mirrors;
};

struct RuntimeInfo {
    std::string path;
    std::vector<std::string> args;
    std::map<std::string, std::string> status;
};

struct SwarmInfo {
    std::string node_id;
    std::string node_addr;
    std::string local_node_state = "inactive";
    bool control_available = false;
    std::string error;
    std::vector<json::Value> remote_managers;
};

struct Commit {
    std::string id;
};

struct FirewallInfo {
    std::string driver;
    Pairs info;
};

struct Info {
    std::string id;
    std::int64_t containers = 0;
    std::int64_t containers_running = 0;
    std::int64_t containers_paused = 0;
    std::int64_t containers_stopped = 0;
    std::int64_t images = 0;
    std::string driver;
    Pairs driver_status;
    PluginsInfo plugins;
    bool memory_limit = false;
    bool swap_limit = false;
    bool cpu_cfs_period = false;
    bool cpu_cfs_quota = false;
    bool cpu_shares = false;
    bool cpu_set = false;
    bool pids_limit = false;
    bool ipv4_forwarding = false;
    bool debug = false;
    std::int64_t n_fd = 0;
    bool oom_kill_disable = false;
    std::int64_t n_goroutines = 0;  ///< threads
    std::string system_time;
    std::string logging_driver;
    std::string cgroup_driver;
    std::string cgroup_version;
    std::int64_t n_events_listener = 0;
    std::string kernel_version;
    std::string operating_system;
    std::string os_version;
    std::string os_type;
    std::string architecture;
    std::string index_server_address;
    RegistryConfig registry_config;
    std::int64_t ncpu = 0;
    std::int64_t mem_total = 0;
    std::vector<json::Value> generic_resources;
    std::string docker_root_dir;
    std::string http_proxy;
    std::string https_proxy;
    std::string no_proxy;
    std::string name;
    std::vector<std::string> labels;
    bool experimental_build = false;
    std::string server_version;
    std::map<std::string, RuntimeInfo> runtimes;
    std::string default_runtime;
    SwarmInfo swarm;
    bool live_restore_enabled = false;
    std::string isolation;
    std::string init_binary;
    Commit containerd_commit;
    Commit runc_commit;
    Commit init_commit;
    std::vector<std::string> security_options;
    std::optional<FirewallInfo> firewall_backend;
    std::vector<std::string> cdi_spec_dirs;
    std::vector<std::string> warnings;
};

}  // namespace dhow::wire

namespace dhow::json {

template <>
struct Members<wire::PlatformName> {
    static constexpr auto list = std::tuple{member("Name", &wire::PlatformName::name)};
};

template <>
struct Members<wire::ComponentVersion> {
    static constexpr auto list = std::tuple{
        member("Name", &wire::ComponentVersion::name),
        member("Version", &wire::ComponentVersion::version),
        member("Details", &wire::ComponentVersion::details, omit_empty),
    };
};

template <>
struct Members<wire::Version> {
    static constexpr auto list = std::tuple{
        member("Platform", &wire::Version::platform),
        member("Components", &wire::Version::components, omit_empty),
        member("Version", &wire::Version::version),
        member("ApiVersion", &wire::Version::api_version),
        member("MinAPIVersion", &wire::Version::min_api_version, omit_empty),
        member("GitCommit", &wire::Version::git_commit),
        member("GoVersion", &wire::Version::go_version),
        member("Os", &wire::Version::os),
        member("Arch", &wire::Version::arch),
        member("KernelVersion", &wire::Version::kernel_version, omit_empty),
        member("Experimental", &wire::Version::experimental, omit_empty),
        member("BuildTime", &wire::Version::build_time, omit_empty),
    };
};

template <>
struct Members<wire::PluginsInfo> {
    static constexpr auto list = std::tuple{
        member("Volume", &wire::PluginsInfo::volume),
        member("Network", &wire::PluginsInfo::network),
        member("Authorization", &wire::PluginsInfo::authorization, null_empty),
        member("Log", &wire::PluginsInfo::log),
    };
};

template <>
struct Members<wire::IndexInfo> {
    static constexpr auto list = std::tuple{
        member("Name", &wire::IndexInfo::name),
        member("Mirrors", &wire::IndexInfo::mirrors),
        member("Secure", &wire::IndexInfo::secure),
        member("Official", &wire::IndexInfo::official),
    };
};

template <>
struct Members<wire::RegistryConfig> {
    static constexpr auto list = std::tuple{
        member("IndexConfigs", &wire::RegistryConfig::index_configs),
        member("InsecureRegistryCIDRs", &wire::RegistryConfig::insecure_registry_cidrs),
        member("Mirrors", &wire::RegistryConfig::mirrors, null_empty),
    };
};

template <>
struct Members<wire::RuntimeInfo> {
    static constexpr auto list = std::tuple{
        member("path", &wire::RuntimeInfo::path, omit_empty),
        member("runtimeArgs", &wire::RuntimeInfo::args, omit_empty),
        member("status", &wire::RuntimeInfo::status, omit_empty),
    };
};

template <>
struct Members<wire::SwarmInfo> {
    static constexpr auto list = std::tuple{
        member("NodeID", &wire::SwarmInfo::node_id),
        member("NodeAddr", &wire::SwarmInfo::node_addr),
        member("LocalNodeState", &wire::SwarmInfo::local_node_state),
        member("ControlAvailable", &wire::SwarmInfo::control_available),
        member("Error", &wire::SwarmInfo::error),
        member("RemoteManagers", &wire::SwarmInfo::remote_managers, null_empty),
    };
};

template <>
struct Members<wire::Commit> {
    static constexpr auto list = std::tuple{member("ID", &wire::Commit::id)};
};

template <>
struct Members<wire::FirewallInfo> {
    static constexpr auto list = std::tuple{member("Driver", &wire::FirewallInfo::driver),
                                            member("Info", &wire::FirewallInfo::info, omit_empty)};
};

template <>
struct Members<wire::Info> {
    static constexpr auto list = std::tuple{
        member("ID", &wire::Info::id),
        member("Containers", &wire::Info::containers),
        member("ContainersRunning", &wire::Info::containers_running),
        member("ContainersPaused", &wire::Info::containers_paused),
        member("ContainersStopped", &wire::Info::containers_stopped),
        member("Images", &wire::Info::images),
        member("Driver", &wire::Info::driver),
        member("DriverStatus", &wire::Info::driver_status),
        member("Plugins", &wire::Info::plugins),
        member("MemoryLimit", &wire::Info::memory_limit),
        member("SwapLimit", &wire::Info::swap_limit),
        member("CpuCfsPeriod", &wire::Info::cpu_cfs_period),
        member("CpuCfsQuota", &wire::Info::cpu_cfs_quota),
        member("CPUShares", &wire::Info::cpu_shares),
        member("CPUSet", &wire::Info::cpu_set),
        member("PidsLimit", &wire::Info::pids_limit),
        member("IPv4Forwarding", &wire::Info::ipv4_forwarding),
        member("Debug", &wire::Info::debug),
        member("NFd", &wire::Info::n_fd),
        member("OomKillDisable", &wire::Info::oom_kill_disable),
        member("NGoroutines", &wire::Info::n_goroutines),
        member("SystemTime", &wire::Info::system_time),
        member("LoggingDriver", &wire::Info::logging_driver),
        member("CgroupDriver", &wire::Info::cgroup_driver),
        member("CgroupVersion", &wire::Info::cgroup_version, omit_empty),
        member("NEventsListener", &wire::Info::n_events_listener),
        member("KernelVersion", &wire::Info::kernel_version),
        member("OperatingSystem", &wire::Info::operating_system),
        member("OSVersion", &wire::Info::os_version),
        member("OSType", &wire::Info::os_type),
        member("Architecture", &wire::Info::architecture),
        member("IndexServerAddress", &wire::Info::index_server_address),
        member("RegistryConfig", &wire::Info::registry_config),
        member("NCPU", &wire::Info::ncpu),
        member("MemTotal", &wire::Info::mem_total),
        member("GenericResources", &wire::Info::generic_resources, null_empty),
        member("DockerRootDir", &wire::Info::docker_root_dir),
        member("HttpProxy", &wire::Info::http_proxy),
        member("HttpsProxy", &wire::Info::https_proxy),
        member("NoProxy", &wire::Info::no_proxy),
        member("Name", &wire::Info::name),
        member("Labels", &wire::Info::labels),
        member("ExperimentalBuild", &wire::Info::experimental_build),
        member("ServerVersion", &wire::Info::server_version),
        member("Runtimes", &wire::Info::runtimes),
        member("DefaultRuntime", &wire::Info::default_runtime),
        member("Swarm", &wire::Info::swarm),
        member("LiveRestoreEnabled", &wire::Info::live_restore_enabled),
        member("Isolation", &wire::Info::isolation),
        member("InitBinary", &wire::Info::init_binary),
        member("ContainerdCommit", &wire::Info::containerd_commit),
        member("RuncCommit", &wire::Info::runc_commit),
        member("InitCommit", &wire::Info::init_commit),
        member("SecurityOptions", &wire::Info::security_options),
        member("FirewallBackend", &wire::Info::firewall_backend, omit_empty),
        member("CDISpecDirs", &wire::Info::cdi_spec_dirs),
        member("Warnings", &wire::Info::warnings, null_empty),
    };
};

}  // namespace dhow::json
