#pragma once
// A container's record: the document that the database keeps, and what list and inspect read.

#include <map>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "engine/model/container_config.hpp"
#include "engine/model/container_state.hpp"
#include "engine/model/host_config.hpp"
#include "engine/model/network_config.hpp"
#include "network/model.hpp"

namespace dhow::engine {

/// A mount that was resolved when the container was created. Source: Engine API, MountPoint.
struct MountPoint {
    std::string type;    ///< "bind", "volume", "tmpfs"
    std::string name;    ///< a volume's
    std::string source;  ///< host path
    std::string destination;
    std::string driver;  ///< a volume's: "local"
    std::string mode;    ///< as written after the destination: "ro", "z", ...
    bool read_write = true;
    std::string propagation;

    // Not shown by the API.
    bool non_recursive = false;
    bool read_only_non_recursive = false;
    bool read_only_force_recursive = false;
    bool no_copy = false;    ///< a volume's: the image's content is not copied into it
    bool anonymous = false;  ///< a volume's: made for this container, removed with it by `rm -v`
    std::string subpath;     ///< a volume's
    std::vector<std::string> tmpfs_options;
};

struct Container {
    int version = 1;   ///< of this document
    std::string id;    ///< 64 hexadecimal digits
    std::string name;  ///< without the slash
    Timestamp created;
    std::string image_id;  ///< "sha256:..." of the image's config
    std::string path;      ///< the program: first of entrypoint and command
    std::vector<std::string> args;
    ContainerConfig config;  ///< the image's merged in
    HostConfig host_config;
    std::vector<MountPoint> mounts;
    std::map<std::string, EndpointSettings> networks;
    // While it runs:
    std::string sandbox_id;   ///< of room network; empty: it has no sandbox of its own
    std::string sandbox_key;  ///< path of its network namespace
    std::vector<network::Endpoint> endpoints;
    std::vector<network::PublishedPort> published;

    ContainerState state;
    int restart_count = 0;
    std::string log_path;
    std::string hostname_path, hosts_path, resolv_conf_path;
    std::string seccomp_profile;

    std::string short_id() const { return id.substr(0, 12); }
};

}  // namespace dhow::engine

template <>
struct dhow::json::Members<dhow::engine::MountPoint> {
    using T = engine::MountPoint;
    static constexpr auto list = std::tuple{
        member("Type", &T::type),
        member("Name", &T::name, omit_empty),
        member("Source", &T::source),
        member("Destination", &T::destination),
        member("Driver", &T::driver, omit_empty),
        member("Mode", &T::mode),
        member("RW", &T::read_write),
        member("Propagation", &T::propagation),
        member("NonRecursive", &T::non_recursive, omit_empty),
        member("ReadOnlyNonRecursive", &T::read_only_non_recursive, omit_empty),
        member("ReadOnlyForceRecursive", &T::read_only_force_recursive, omit_empty),
        member("NoCopy", &T::no_copy, omit_empty),
        member("Anonymous", &T::anonymous, omit_empty),
        member("Subpath", &T::subpath, omit_empty),
        member("TmpfsOptions", &T::tmpfs_options, omit_empty),
    };
};

template <>
struct dhow::json::Members<dhow::engine::Container> {
    using T = engine::Container;
    static constexpr auto list = std::tuple{
        member("Version", &T::version),
        member("Id", &T::id),
        member("Name", &T::name),
        member("Created", &T::created),
        member("ImageId", &T::image_id),
        member("Path", &T::path),
        member("Args", &T::args),
        member("Config", &T::config),
        member("HostConfig", &T::host_config),
        member("Mounts", &T::mounts),
        member("Networks", &T::networks),
        member("Endpoints", &T::endpoints, omit_empty),
        member("Published", &T::published, omit_empty),
        member("SandboxId", &T::sandbox_id, omit_empty),
        member("State", &T::state),
        member("RestartCount", &T::restart_count),
        member("LogPath", &T::log_path),
        member("HostnamePath", &T::hostname_path),
        member("HostsPath", &T::hosts_path),
        member("ResolvConfPath", &T::resolv_conf_path),
        member("SandboxKey", &T::sandbox_key),
        member("SeccompProfile", &T::seccomp_profile),
    };
};
