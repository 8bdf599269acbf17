#pragma once
// A container's record: the document that the database keeps, and what list and inspect read.

#include <map>
#include <string>
#include <vector>

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
