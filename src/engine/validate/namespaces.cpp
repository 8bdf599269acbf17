#include "base/error.hpp"
#include "engine/validate/validate.hpp"

namespace dhow::engine {

namespace {

void check_joined_network(const ContainerConfig& config, const HostConfig& host) {
    if (!config.hostname.empty()) throw InvalidArgument("conflicting options: hostname and the network mode");
    if (!host.links.empty())
        throw InvalidArgument(
            "conflicting options: container type network can't be used with links. This would "
            "result in undefined behavior");
    if (!host.dns.empty()) throw InvalidArgument("conflicting options: dns and the network mode");
    if (!host.extra_hosts.empty())
        throw InvalidArgument("conflicting options: custom host-to-IP mapping and the network mode");
    if (!config.mac_address.empty())
        throw InvalidArgument("conflicting options: mac-address and the network mode");
    if (!host.port_bindings.empty() || host.publish_all_ports)
        throw InvalidArgument("conflicting options: port publishing and the container type network mode");
    if (!config.exposed_ports.empty())
        throw InvalidArgument("conflicting options: port exposing and the container type network mode");
}

}  // namespace

std::string joined_container(std::string_view mode) {
    constexpr std::string_view prefix = "container:";
    if (mode == "container") throw InvalidArgument("invalid container format container:<name|id>");
    if (!mode.starts_with(prefix)) return {};
    auto name = mode.substr(prefix.size());
    if (name.empty()) throw InvalidArgument("invalid container format container:<name|id>");
    return std::string(name);
}

void validate_namespaces(const ContainerConfig& config, const HostConfig& host) {
    if (!joined_container(host.network_mode).empty()) check_joined_network(config, host);
    if (host.network_mode == "host" && !host.links.empty())
        throw InvalidArgument(
            "conflicting options: host type networking can't be used with links. This would "
            "result in undefined behavior");
    if (!host.uts_mode.empty() && host.uts_mode != "host")
        throw InvalidArgument("invalid UTS mode: {}", host.uts_mode);
    if (host.uts_mode == "host" && !config.hostname.empty())
        throw InvalidArgument("conflicting options: hostname and the UTS mode");
    if (!host.pid_mode.empty() && host.pid_mode != "host" && host.pid_mode != "private" &&
        joined_container(host.pid_mode).empty())
        throw InvalidArgument("invalid PID mode: {}", host.pid_mode);
    static constexpr std::string_view ipc_modes[] = {"", "none", "private", "shareable", "host"};
    bool known_ipc = false;
    for (auto mode : ipc_modes) known_ipc = known_ipc || host.ipc_mode == mode;
    if (!known_ipc && joined_container(host.ipc_mode).empty())
        throw InvalidArgument("invalid IPC mode: {}", host.ipc_mode);
    const auto& cgroupns = host.cgroupns_mode;
    if (!cgroupns.empty() && cgroupns != "private" && cgroupns != "host")
        throw InvalidArgument("invalid CgroupNS mode: {}", cgroupns);
    if (!host.userns_mode.empty() && host.userns_mode != "host")
        throw InvalidArgument("invalid USER mode: {}", host.userns_mode);
}

}  // namespace dhow::engine
