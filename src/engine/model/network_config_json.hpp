#pragma once
// The JSON of engine/model/network_config.hpp, apart from it because it is slow to compile and few files need
// it.

#include "base/json.hpp"
#include "engine/model/network_config.hpp"

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
