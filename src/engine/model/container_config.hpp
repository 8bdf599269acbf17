#pragma once
// What a container is: the part of its configuration that is portable between hosts.
// Source: Engine API 1.51, ContainerConfig. Members have the API's names and meaning.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

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
