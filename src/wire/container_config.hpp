#pragma once
// Container.Config: what an image and a `create` say about the process itself.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "wire/codec.hpp"

namespace dhow::wire {

/// How a container's health is probed. Durations in nanoseconds; 0 inherits the image's.
struct HealthConfig {
    std::vector<std::string> test;  ///< empty: inherit; ["NONE"]; ["CMD", ...]; ["CMD-SHELL", command]
    std::int64_t interval = 0;
    std::int64_t timeout = 0;
    std::int64_t start_period = 0;
    std::int64_t start_interval = 0;
    std::int64_t retries = 0;
};

struct ContainerConfig {
    std::string hostname;
    std::string domainname;
    std::string user;
    bool attach_stdin = false;
    bool attach_stdout = false;
    bool attach_stderr = false;
    KeySet exposed_ports;  ///< "80/tcp"
    bool tty = false;
    bool open_stdin = false;
    bool stdin_once = false;
    std::vector<std::string> env;
    Words cmd;
    std::optional<HealthConfig> healthcheck;
    bool args_escaped = false;
    std::string image;
    KeySet volumes;
    std::string working_dir;
    Words entrypoint;
    bool network_disabled = false;
    std::string mac_address;  ///< before 1.44; later it is the endpoint's
    std::vector<std::string> on_build;
    std::map<std::string, std::string> labels;
    std::string stop_signal;
    std::optional<std::int64_t> stop_timeout;  ///< seconds
    Words shell;
};

}  // namespace dhow::wire

namespace dhow::json {

template <>
struct Members<wire::HealthConfig> {
    static constexpr auto list = std::tuple{
        member("Test", &wire::HealthConfig::test, omit_empty),
        member("Interval", &wire::HealthConfig::interval, omit_empty),
        member("Timeout", &wire::HealthConfig::timeout, omit_empty),
        member("StartPeriod", &wire::HealthConfig::start_period, omit_empty),
        member("StartInterval", &wire::HealthConfig::start_interval, omit_empty),
        member("Retries", &wire::HealthConfig::retries, omit_empty),
    };
};

template <>
struct Members<wire::ContainerConfig> {
    static constexpr auto list = std::tuple{
        member("Hostname", &wire::ContainerConfig::hostname),
        member("Domainname", &wire::ContainerConfig::domainname),
        member("User", &wire::ContainerConfig::user),
        member("AttachStdin", &wire::ContainerConfig::attach_stdin),
        member("AttachStdout", &wire::ContainerConfig::attach_stdout),
        member("AttachStderr", &wire::ContainerConfig::attach_stderr),
        member("ExposedPorts", &wire::ContainerConfig::exposed_ports, omit_empty),
        member("Tty", &wire::ContainerConfig::tty),
        member("OpenStdin", &wire::ContainerConfig::open_stdin),
        member("StdinOnce", &wire::ContainerConfig::stdin_once),
        member("Env", &wire::ContainerConfig::env, null_empty),
        member("Cmd", &wire::ContainerConfig::cmd),
        member("Healthcheck", &wire::ContainerConfig::healthcheck, omit_empty),
        member("ArgsEscaped", &wire::ContainerConfig::args_escaped, omit_empty),
        member("Image", &wire::ContainerConfig::image),
        member("Volumes", &wire::ContainerConfig::volumes),
        member("WorkingDir", &wire::ContainerConfig::working_dir),
        member("Entrypoint", &wire::ContainerConfig::entrypoint),
        member("NetworkDisabled", &wire::ContainerConfig::network_disabled, omit_empty),
        member("MacAddress", &wire::ContainerConfig::mac_address, omit_empty),
        member("OnBuild", &wire::ContainerConfig::on_build, null_empty),
        member("Labels", &wire::ContainerConfig::labels),
        member("StopSignal", &wire::ContainerConfig::stop_signal, omit_empty),
        member("StopTimeout", &wire::ContainerConfig::stop_timeout, omit_empty),
        member("Shell", &wire::ContainerConfig::shell, omit_empty),
    };
};

}  // namespace dhow::json
