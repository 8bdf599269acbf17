#pragma once
// The configuration of an image: what a container of it runs, and of which layers it is made (OCI image spec,
// config.md, and the members docker adds: Healthcheck, OnBuild, Shell, comment, container_config).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "oci/digest.hpp"
#include "oci/platform.hpp"

namespace dhow::oci {

/// A member that JSON writes as {"key": {}, ...}: ExposedPorts ("80/tcp") and Volumes ("/data").
struct NameSet {
    std::vector<std::string> names;  ///< sorted, each once
    bool empty() const { return names.empty(); }
    /// Adds a name that is not there yet.
    void insert(std::string name);
    bool operator==(const NameSet&) const = default;
};

/// Durations are nanoseconds; 0 means docker's default.
struct Healthcheck {
    std::vector<std::string> test;  ///< {"NONE"}, {"CMD", ...} or {"CMD-SHELL", command}
    std::int64_t interval = 0;
    std::int64_t timeout = 0;
    std::int64_t start_period = 0;
    std::int64_t start_interval = 0;
    int retries = 0;
};

/// What containers of the image run unless they are told otherwise ("config" in the document).
struct ContainerConfig {
    std::string user;
    NameSet exposed_ports;
    std::vector<std::string> env;  ///< "NAME=value"
    std::optional<std::vector<std::string>> entrypoint;
    std::optional<std::vector<std::string>> cmd;
    NameSet volumes;
    std::string working_dir;
    std::map<std::string, std::string> labels;
    std::string stop_signal;
    std::optional<std::int64_t> stop_timeout;  ///< seconds
    bool args_escaped = false;
    std::optional<Healthcheck> healthcheck;
    std::vector<std::string> on_build;
    std::vector<std::string> shell;
};

struct RootFs {
    std::string type = "layers";
    std::vector<Digest> diff_ids;  ///< digests of the plain tars, bottom first
};

struct History {
    std::string created;  ///< RFC 3339, or ""
    std::string created_by;
    std::string author;
    std::string comment;
    bool empty_layer = false;
};

struct ImageConfig {
    std::string created;  ///< RFC 3339, or ""
    std::string author;
    std::string architecture;
    std::string os;
    std::string os_version;
    std::vector<std::string> os_features;
    std::string variant;
    std::string comment;
    std::string docker_version;
    std::string container;  ///< the id of the container it was committed from
    ContainerConfig config;
    RootFs rootfs;
    std::vector<History> history;

    Platform platform() const { return {architecture, os, os_version, os_features, variant}; }

    /// Reads and checks a configuration: rootfs of type "layers", diff ids well formed, not more history
    /// without empty_layer than layers. @throws InvalidArgument
    static ImageConfig parse(std::string_view text);
};

}  // namespace dhow::oci
