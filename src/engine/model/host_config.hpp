#pragma once
// How a container stands on this host. Every field of the Engine API 1.51's HostConfig is here; what dhow
// cannot do is refused by validate() (engine/validate.hpp) with the reason, never ignored.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "engine/model/resources.hpp"

namespace dhow::engine {

struct LogConfig {
    std::string type;  ///< empty: the daemon's default
    std::map<std::string, std::string> config;
};

struct PortBinding {
    std::string host_ip;
    std::string host_port;  ///< "", "8080" or "8080-8090"

    bool operator==(const PortBinding&) const = default;
};

/// "80/tcp" to its bindings; no list: exposed, not published.
using PortMap = std::map<std::string, std::optional<std::vector<PortBinding>>>;

struct RestartPolicy {
    std::string name;  ///< "", "no", "always", "unless-stopped", "on-failure"
    int maximum_retry_count = 0;
};

struct BindOptions {
    std::string propagation;
    bool non_recursive = false;
    bool create_mountpoint = false;
    bool read_only_non_recursive = false;
    bool read_only_force_recursive = false;
};

struct DriverConfig {
    std::string name;
    std::map<std::string, std::string> options;
};

struct VolumeOptions {
    bool no_copy = false;
    std::map<std::string, std::string> labels;
    std::optional<DriverConfig> driver_config;
    std::string subpath;
};

struct ImageOptions {
    std::string subpath;
};

struct TmpfsOptions {
    std::int64_t size_bytes = 0;
    std::uint32_t mode = 0;
    std::vector<std::vector<std::string>> options;
};

/// One entry of HostConfig.Mounts (`--mount`).
struct Mount {
    std::string type;  ///< "bind", "volume", "tmpfs"; others are refused
    std::string source;
    std::string target;
    bool read_only = false;
    std::string consistency;  ///< macOS's; accepted there and here without effect, as docker documents
    std::optional<BindOptions> bind_options;
    std::optional<VolumeOptions> volume_options;
    std::optional<ImageOptions> image_options;
    std::optional<TmpfsOptions> tmpfs_options;
};

struct HostConfig : Resources {
    std::vector<std::string> binds;  ///< "source:destination[:options]"
    std::string container_id_file;
    LogConfig log_config;
    std::string network_mode;  ///< "default", "bridge", "host", "none", "container:x", a network's name
    PortMap port_bindings;
    RestartPolicy restart_policy;
    bool auto_remove = false;
    std::string volume_driver;
    std::vector<std::string> volumes_from;  ///< "container[:ro]"
    std::vector<unsigned> console_size;     ///< rows, columns
    std::map<std::string, std::string> annotations;
    std::vector<std::string> cap_add;
    std::vector<std::string> cap_drop;
    std::string cgroupns_mode;  ///< "", "private", "host"
    std::vector<std::string> dns;
    std::vector<std::string> dns_options;
    std::vector<std::string> dns_search;
    std::vector<std::string> extra_hosts;  ///< "name:address", address may be host-gateway
    std::vector<std::string> group_add;
    std::string ipc_mode;  ///< "", "none", "private", "shareable", "host", "container:x"
    std::string cgroup;
    std::vector<std::string> links;
    int oom_score_adj = 0;
    std::string pid_mode;  ///< "", "host", "container:x"
    bool privileged = false;
    bool publish_all_ports = false;
    bool readonly_rootfs = false;
    std::vector<std::string> security_opt;
    std::map<std::string, std::string> storage_opt;
    std::map<std::string, std::string> tmpfs;
    std::string uts_mode;     ///< "", "host"
    std::string userns_mode;  ///< "", "host"
    std::int64_t shm_size = 0;
    std::map<std::string, std::string> sysctls;
    std::string runtime;
    std::string isolation;  ///< "", "default"
    std::vector<Mount> mounts;
    std::optional<std::vector<std::string>> masked_paths;
    std::optional<std::vector<std::string>> readonly_paths;
    std::optional<bool> init;
};

}  // namespace dhow::engine

template <>
struct dhow::json::Members<dhow::engine::LogConfig> {
    using T = engine::LogConfig;
    static constexpr auto list = std::tuple{member("Type", &T::type), member("Config", &T::config)};
};

template <>
struct dhow::json::Members<dhow::engine::PortBinding> {
    using T = engine::PortBinding;
    static constexpr auto list = std::tuple{member("HostIp", &T::host_ip), member("HostPort", &T::host_port)};
};

template <>
struct dhow::json::Members<dhow::engine::RestartPolicy> {
    using T = engine::RestartPolicy;
    static constexpr auto list =
        std::tuple{member("Name", &T::name), member("MaximumRetryCount", &T::maximum_retry_count)};
};

template <>
struct dhow::json::Members<dhow::engine::BindOptions> {
    using T = engine::BindOptions;
    static constexpr auto list = std::tuple{
        member("Propagation", &T::propagation, omit_empty),
        member("NonRecursive", &T::non_recursive, omit_empty),
        member("CreateMountpoint", &T::create_mountpoint, omit_empty),
        member("ReadOnlyNonRecursive", &T::read_only_non_recursive, omit_empty),
        member("ReadOnlyForceRecursive", &T::read_only_force_recursive, omit_empty),
    };
};

template <>
struct dhow::json::Members<dhow::engine::DriverConfig> {
    using T = engine::DriverConfig;
    static constexpr auto list =
        std::tuple{member("Name", &T::name, omit_empty), member("Options", &T::options, omit_empty)};
};

template <>
struct dhow::json::Members<dhow::engine::VolumeOptions> {
    using T = engine::VolumeOptions;
    static constexpr auto list = std::tuple{
        member("NoCopy", &T::no_copy, omit_empty),
        member("Labels", &T::labels, omit_empty),
        member("DriverConfig", &T::driver_config, omit_empty),
        member("Subpath", &T::subpath, omit_empty),
    };
};

template <>
struct dhow::json::Members<dhow::engine::ImageOptions> {
    using T = engine::ImageOptions;
    static constexpr auto list = std::tuple{member("Subpath", &T::subpath, omit_empty)};
};

template <>
struct dhow::json::Members<dhow::engine::TmpfsOptions> {
    using T = engine::TmpfsOptions;
    static constexpr auto list = std::tuple{
        member("SizeBytes", &T::size_bytes, omit_empty),
        member("Mode", &T::mode, omit_empty),
        member("Options", &T::options, omit_empty),
    };
};

template <>
struct dhow::json::Members<dhow::engine::Mount> {
    using T = engine::Mount;
    static constexpr auto list = std::tuple{
        member("Type", &T::type, omit_empty),
        member("Source", &T::source, omit_empty),
        member("Target", &T::target, omit_empty),
        member("ReadOnly", &T::read_only, omit_empty),
        member("Consistency", &T::consistency, omit_empty),
        member("BindOptions", &T::bind_options, omit_empty),
        member("VolumeOptions", &T::volume_options, omit_empty),
        member("ImageOptions", &T::image_options, omit_empty),
        member("TmpfsOptions", &T::tmpfs_options, omit_empty),
    };
};

template <>
struct dhow::json::Members<dhow::engine::HostConfig> {
    using T = engine::HostConfig;
    static constexpr auto list =
        std::tuple_cat(std::tuple{member("Binds", &T::binds, null_empty),
                                  member("ContainerIDFile", &T::container_id_file),
                                  member("LogConfig", &T::log_config),
                                  member("NetworkMode", &T::network_mode),
                                  member("PortBindings", &T::port_bindings),
                                  member("RestartPolicy", &T::restart_policy),
                                  member("AutoRemove", &T::auto_remove),
                                  member("VolumeDriver", &T::volume_driver),
                                  member("VolumesFrom", &T::volumes_from, null_empty),
                                  member("ConsoleSize", &T::console_size),
                                  member("Annotations", &T::annotations, omit_empty),
                                  member("CapAdd", &T::cap_add, null_empty),
                                  member("CapDrop", &T::cap_drop, null_empty),
                                  member("CgroupnsMode", &T::cgroupns_mode),
                                  member("Dns", &T::dns),
                                  member("DnsOptions", &T::dns_options),
                                  member("DnsSearch", &T::dns_search),
                                  member("ExtraHosts", &T::extra_hosts, null_empty),
                                  member("GroupAdd", &T::group_add, null_empty),
                                  member("IpcMode", &T::ipc_mode),
                                  member("Cgroup", &T::cgroup),
                                  member("Links", &T::links, null_empty),
                                  member("OomScoreAdj", &T::oom_score_adj),
                                  member("PidMode", &T::pid_mode),
                                  member("Privileged", &T::privileged),
                                  member("PublishAllPorts", &T::publish_all_ports),
                                  member("ReadonlyRootfs", &T::readonly_rootfs),
                                  member("SecurityOpt", &T::security_opt, null_empty),
                                  member("StorageOpt", &T::storage_opt, omit_empty),
                                  member("Tmpfs", &T::tmpfs, omit_empty),
                                  member("UTSMode", &T::uts_mode),
                                  member("UsernsMode", &T::userns_mode),
                                  member("ShmSize", &T::shm_size),
                                  member("Sysctls", &T::sysctls, omit_empty),
                                  member("Runtime", &T::runtime),
                                  member("Isolation", &T::isolation),
                                  member("Mounts", &T::mounts, omit_empty),
                                  member("MaskedPaths", &T::masked_paths),
                                  member("ReadonlyPaths", &T::readonly_paths),
                                  member("Init", &T::init, omit_empty)},
                       engine::resource_members<T>());
};
