#pragma once
// What a container is: the part of its configuration that is portable between hosts.
// Source: Engine API 1.51, ContainerConfig. Members have the API's names and meaning.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "oci/image_config.hpp"

namespace dhow::engine {

using HealthConfig = oci::Healthcheck;

struct ContainerConfig {
    std::string hostname;
    std::string domainname;
    std::string user;
    bool attach_stdin = false;
    bool attach_stdout = false;
    bool attach_stderr = false;
    oci::NameSet exposed_ports;  ///< "80/tcp"
    bool tty = false;
    bool open_stdin = false;
    bool stdin_once = false;
    std::vector<std::string> env;                        ///< "NAME=value"; "NAME" alone removes it
    std::optional<std::vector<std::string>> cmd;         ///< none: the image's
    std::optional<std::vector<std::string>> entrypoint;  ///< none: the image's; {""} or {}: none at all
    std::optional<HealthConfig> healthcheck;
    bool args_escaped = false;
    std::string image;     ///< as the user named it
    oci::NameSet volumes;  ///< paths that become anonymous volumes
    std::string working_dir;
    bool network_disabled = false;
    std::string mac_address;
    std::vector<std::string> on_build;
    std::map<std::string, std::string> labels;
    std::string stop_signal;          ///< "SIGTERM", "15"; empty: SIGTERM
    std::optional<int> stop_timeout;  ///< seconds; none: 10; -1: for ever
    std::vector<std::string> shell;
};

}  // namespace dhow::engine

template <>
struct dhow::json::Members<dhow::engine::ContainerConfig> {
    using T = engine::ContainerConfig;
    static constexpr auto list = std::tuple{
        member("Hostname", &T::hostname),
        member("Domainname", &T::domainname),
        member("User", &T::user),
        member("AttachStdin", &T::attach_stdin),
        member("AttachStdout", &T::attach_stdout),
        member("AttachStderr", &T::attach_stderr),
        member("ExposedPorts", &T::exposed_ports, omit_empty),
        member("Tty", &T::tty),
        member("OpenStdin", &T::open_stdin),
        member("StdinOnce", &T::stdin_once),
        member("Env", &T::env, null_empty),
        member("Cmd", &T::cmd),
        member("Healthcheck", &T::healthcheck, omit_empty),
        member("ArgsEscaped", &T::args_escaped, omit_empty),
        member("Image", &T::image),
        member("Volumes", &T::volumes, null_empty),
        member("WorkingDir", &T::working_dir),
        member("Entrypoint", &T::entrypoint),
        member("NetworkDisabled", &T::network_disabled, omit_empty),
        member("MacAddress", &T::mac_address, omit_empty),
        member("OnBuild", &T::on_build, null_empty),
        member("Labels", &T::labels),
        member("StopSignal", &T::stop_signal, omit_empty),
        member("StopTimeout", &T::stop_timeout, omit_empty),
        member("Shell", &T::shell, omit_empty),
    };
};
