#pragma once
// How a container stands on this host. Every field of the Engine API 1.51's HostConfig is here; what dhow
// cannot do is refused by validate() (engine/validate.hpp) with the reason, never ignored.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

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
