#pragma once
// A container's place in a network: what was asked for, and what it got.
// Source: Engine API 1.51, EndpointSettings and NetworkingConfig.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace dhow::engine {

struct EndpointIpam {
    std::string ipv4_address;
    std::string ipv6_address;
    std::vector<std::string> link_local_ips;
};

struct EndpointSettings {
    // What was asked for.
    std::optional<EndpointIpam> ipam_config;
    std::vector<std::string> links;
    std::string mac_address;  ///< asked for
    std::vector<std::string> aliases;
    std::map<std::string, std::string> driver_opts;
    std::int64_t gw_priority = 0;

    // What it has while it runs.
    std::string network_id;
    std::string endpoint_id;
    std::string gateway;
    std::string ip_address;
    int ip_prefix_len = 0;
    std::string ipv6_gateway;
    std::string global_ipv6_address;
    int global_ipv6_prefix_len = 0;
    std::string shown_mac_address;  ///< what the API shows as MacAddress
    std::vector<std::string> dns_names;
};

/// Network name to its endpoint.
struct NetworkingConfig {
    std::map<std::string, std::optional<EndpointSettings>> endpoints_config;
};

}  // namespace dhow::engine

template <>
struct dhow::json::Members<dhow::engine::EndpointIpam> {
    using T = engine::EndpointIpam;
    static constexpr auto list = std::tuple{
        member("IPv4Address", &T::ipv4_address, omit_empty),
        member("IPv6Address", &T::ipv6_address, omit_empty),
        member("LinkLocalIPs", &T::link_local_ips, omit_empty),
    };
};

template <>
struct dhow::json::Members<dhow::engine::EndpointSettings> {
    using T = engine::EndpointSettings;
    static constexpr auto list = std::tuple{
        member("IPAMConfig", &T::ipam_config),
        member("Links", &T::links, null_empty),
        member("Aliases", &T::aliases, null_empty),
        member("MacAddress", &T::mac_address),
        member("DriverOpts", &T::driver_opts, null_empty),
        member("GwPriority", &T::gw_priority),
        member("NetworkID", &T::network_id),
        member("EndpointID", &T::endpoint_id),
        member("Gateway", &T::gateway),
        member("IPAddress", &T::ip_address),
        member("IPPrefixLen", &T::ip_prefix_len),
        member("IPv6Gateway", &T::ipv6_gateway),
        member("GlobalIPv6Address", &T::global_ipv6_address),
        member("GlobalIPv6PrefixLen", &T::global_ipv6_prefix_len),
        member("ShownMacAddress", &T::shown_mac_address, omit_empty),
        member("DNSNames", &T::dns_names, null_empty),
    };
};

template <>
struct dhow::json::Members<dhow::engine::NetworkingConfig> {
    using T = engine::NetworkingConfig;
    static constexpr auto list = std::tuple{member("EndpointsConfig", &T::endpoints_config)};
};
