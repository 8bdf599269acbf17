#pragma once
// Whether a container can be what it is asked to be: every field of its configurations is checked here,
// before anything is made. What dhow or this host cannot do is refused with the reason; nothing is ignored.
// Texts are docker's where docker has one. All functions throw InvalidArgument (or Conflict, NotImplemented).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/host.hpp"
#include "engine/model/container_config.hpp"
#include "engine/model/host_config.hpp"
#include "engine/model/network_config.hpp"
#include "shim/client/client.hpp"

namespace dhow::engine {

/// All of create's checks that need no other object. @return warnings for the user.
std::vector<std::string> validate(const ContainerConfig& config, const HostConfig& host_config,
                                  const Host& host);

/// Limits alone, as `update` checks them too. @return warnings.
std::vector<std::string> validate_resources(const Resources& resources, const Host& host);

/// Modes of namespaces and what contradicts them: network, pid, ipc, uts, cgroup.
void validate_namespaces(const ContainerConfig& config, const HostConfig& host_config);

/// Entries of Mounts, without a look at the disk.
void validate_mounts(const HostConfig& host_config);

/// What the shim is told of a container's log. @throws InvalidArgument for a driver or option there is not.
shim::LogOptions log_options(const LogConfig& config, const LogConfig& defaults);

/// SecurityOpt, taken apart into "name", "value" (empty without one).
struct SecurityOption {
    std::string name, value;
};
/// @throws InvalidArgument "invalid --security-opt 1: \"x\"" for one that dhow does not know.
SecurityOption parse_security_option(const std::string& text);

/// "80/tcp", "80", "53/udp".
struct PortName {
    std::uint16_t port = 0;
    std::string protocol = "tcp";
};
PortName parse_port(std::string_view text);

/// "8080" or "8080-8090"; empty: 0, 0.
struct PortRange {
    std::uint16_t first = 0, last = 0;
};
PortRange parse_host_ports(std::string_view text);

/// The name after "container:", or empty for any other mode.
/// @throws InvalidArgument when the name is missing.
std::string joined_container(std::string_view mode);

}  // namespace dhow::engine
