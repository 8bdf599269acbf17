#pragma once
// The configuration of an image: what a container of it runs, and of which layers it is made (OCI image spec,
// config.md, and the members docker adds: Healthcheck, OnBuild, Shell, comment, container_config).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
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

template <>
struct dhow::json::Custom<dhow::oci::NameSet> {
    static dhow::oci::NameSet from(const Value& value);
    static Value to(const dhow::oci::NameSet& set);
};

template <>
struct dhow::json::Members<dhow::oci::Healthcheck> {
    using T = dhow::oci::Healthcheck;
    static constexpr auto list = std::tuple{member("Test", &T::test, omit_empty),
                                            member("Interval", &T::interval, omit_empty),
                                            member("Timeout", &T::timeout, omit_empty),
                                            member("StartPeriod", &T::start_period, omit_empty),
                                            member("StartInterval", &T::start_interval, omit_empty),
                                            member("Retries", &T::retries, omit_empty)};
};

template <>
struct dhow::json::Members<dhow::oci::ContainerConfig> {
    using T = dhow::oci::ContainerConfig;
    static constexpr auto list = std::tuple{member("User", &T::user, omit_empty),
                                            member("ExposedPorts", &T::exposed_ports, omit_empty),
                                            member("Env", &T::env, omit_empty),
                                            member("Entrypoint", &T::entrypoint, omit_empty),
                                            member("Cmd", &T::cmd, omit_empty),
                                            member("Healthcheck", &T::healthcheck, omit_empty),
                                            member("ArgsEscaped", &T::args_escaped, omit_empty),
                                            member("Volumes", &T::volumes, omit_empty),
                                            member("WorkingDir", &T::working_dir, omit_empty),
                                            member("OnBuild", &T::on_build, omit_empty),
                                            member("Labels", &T::labels, omit_empty),
                                            member("StopSignal", &T::stop_signal, omit_empty),
                                            member("StopTimeout", &T::stop_timeout, omit_empty),
                                            member("Shell", &T::shell, omit_empty)};
};

template <>
struct dhow::json::Members<dhow::oci::RootFs> {
    using T = dhow::oci::RootFs;
    static constexpr auto list = std::tuple{member("type", &T::type), member("diff_ids", &T::diff_ids)};
};

template <>
struct dhow::json::Members<dhow::oci::History> {
    using T = dhow::oci::History;
    static constexpr auto list = std::tuple{
        member("created", &T::created, omit_empty), member("created_by", &T::created_by, omit_empty),
        member("author", &T::author, omit_empty), member("comment", &T::comment, omit_empty),
        member("empty_layer", &T::empty_layer, omit_empty)};
};

template <>
struct dhow::json::Members<dhow::oci::ImageConfig> {
    using T = dhow::oci::ImageConfig;
    static constexpr auto list = std::tuple{member("created", &T::created, omit_empty),
                                            member("author", &T::author, omit_empty),
                                            member("architecture", &T::architecture),
                                            member("variant", &T::variant, omit_empty),
                                            member("os", &T::os),
                                            member("os.version", &T::os_version, omit_empty),
                                            member("os.features", &T::os_features, omit_empty),
                                            member("comment", &T::comment, omit_empty),
                                            member("container", &T::container, omit_empty),
                                            member("docker_version", &T::docker_version, omit_empty),
                                            member("config", &T::config),
                                            member("rootfs", &T::rootfs),
                                            member("history", &T::history, omit_empty)};
};
