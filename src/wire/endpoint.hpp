#pragma once
// A container's place in a network: asked for in `create` and `connect`, answered in inspect and lists.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "wire/codec.hpp"

namespace dhow::wire {

/// Addresses that were asked for.
struct EndpointIpamConfig {
    std::string ipv4_address;
    std::string ipv6_address;
    std::vector<std::string> link_local_ips;
};

struct EndpointSettings {
    std::optional<EndpointIpamConfig> ipam_config;
    std::vector<std::string> links;
    std::vector<std::string> aliases;
    std::string mac_address;
    std::map<std::string, std::string> driver_opts;
    std::int64_t gw_priority = 0;
    std::string network_id;
    std::string endpoint_id;
    std::string gateway;
    std::string ip_address;
    std::int64_t ip_prefix_len = 0;
    std::string ipv6_gateway;
    std::string global_ipv6_address;
    std::int64_t global_ipv6_prefix_len = 0;
    std::vector<std::string> dns_names;
};

/// The networks of a `create`, by name or id.
struct NetworkingConfig {
    std::map<std::string, EndpointSettings> endpoints_config;
};

/// NetworkSettings of a list: the networks alone.
struct NetworkSettingsSummary {
    std::map<std::string, EndpointSettings> networks;
};

/// An address beside the main one. Nothing sets these any more; clients still read the member.
struct SecondaryAddress {
    std::string addr;
    std::int64_t prefix_len = 0;
};

/// NetworkSettings of an inspect. The members from `endpoint_id` to `mac_address` repeat the default
/// bridge's.
struct NetworkSettings {
    std::string bridge;
    std::string sandbox_id;
    std::string sandbox_key;
    PortMap ports;
    bool hairpin_mode = false;
    std::string link_local_ipv6_address;
    std::int64_t link_local_ipv6_prefix_len = 0;
    std::vector<SecondaryAddress> secondary_ip_addresses;
    std::vector<SecondaryAddress> secondary_ipv6_addresses;
    std::string endpoint_id;
    std::string gateway;
    std::string global_ipv6_address;
    std::int64_t global_ipv6_prefix_len = 0;
    std::string ip_address;
    std::int64_t ip_prefix_len = 0;
    std::string ipv6_gateway;
    std::string mac_address;
    std::map<std::string, EndpointSettings> networks;
};

}  // namespace dhow::wire

namespace dhow::json {

template <>
struct Members<wire::EndpointIpamConfig> {
    static constexpr auto list = std::tuple{
        member("IPv4Address", &wire::EndpointIpamConfig::ipv4_address, omit_empty),
        member("IPv6Address", &wire::EndpointIpamConfig::ipv6_address, omit_empty),
        member("LinkLocalIPs", &wire::EndpointIpamConfig::link_local_ips, omit_empty),
    };
};

template <>
struct Members<wire::EndpointSettings> {
    static constexpr auto list = std::tuple{
        member("IPAMConfig", &wire::EndpointSettings::ipam_config),
        member("Links", &wire::EndpointSettings::links, null_empty),
        member("Aliases", &wire::EndpointSettings::aliases, null_empty),
        member("MacAddress", &wire::EndpointSettings::mac_address),
        member("DriverOpts", &wire::EndpointSettings::driver_opts, null_empty),
        member("GwPriority", &wire::EndpointSettings::gw_priority),
        member("NetworkID", &wire::EndpointSettings::network_id),
        member("EndpointID", &wire::EndpointSettings::endpoint_id),
        member("Gateway", &wire::EndpointSettings::gateway),
        member("IPAddress", &wire::EndpointSettings::ip_address),
        member("IPPrefixLen", &wire::EndpointSettings::ip_prefix_len),
        member("IPv6Gateway", &wire::EndpointSettings::ipv6_gateway),
        member("GlobalIPv6Address", &wire::EndpointSettings::global_ipv6_address),
        member("GlobalIPv6PrefixLen", &wire::EndpointSettings::global_ipv6_prefix_len),
        member("DNSNames", &wire::EndpointSettings::dns_names, null_empty),
    };
};

template <>
struct Members<wire::NetworkingConfig> {
    static constexpr auto list =
        std::tuple{member("EndpointsConfig", &wire::NetworkingConfig::endpoints_config)};
};

template <>
struct Members<wire::NetworkSettingsSummary> {
    static constexpr auto list = std::tuple{member("Networks", &wire::NetworkSettingsSummary::networks)};
};

template <>
struct Members<wire::SecondaryAddress> {
    static constexpr auto list = std::tuple{member("Addr", &wire::SecondaryAddress::addr),
                                            member("PrefixLen", &wire::SecondaryAddress::prefix_len)};
};

template <>
struct Members<wire::NetworkSettings> {
    static constexpr auto list = std::tuple{
        member("Bridge", &wire::NetworkSettings::bridge),
        member("SandboxID", &wire::NetworkSettings::sandbox_id),
        member("SandboxKey", &wire::NetworkSettings::sandbox_key),
        member("Ports", &wire::NetworkSettings::ports),
        member("HairpinMode", &wire::NetworkSettings::hairpin_mode),
        member("LinkLocalIPv6Address", &wire::NetworkSettings::link_local_ipv6_address),
        member("LinkLocalIPv6PrefixLen", &wire::NetworkSettings::link_local_ipv6_prefix_len),
        member("SecondaryIPAddresses", &wire::NetworkSettings::secondary_ip_addresses, null_empty),
        member("SecondaryIPv6Addresses", &wire::NetworkSettings::secondary_ipv6_addresses, null_empty),
        member("EndpointID", &wire::NetworkSettings::endpoint_id),
        member("Gateway", &wire::NetworkSettings::gateway),
        member("GlobalIPv6Address", &wire::NetworkSettings::global_ipv6_address),
        member("GlobalIPv6PrefixLen", &wire::NetworkSettings::global_ipv6_prefix_len),
        member("IPAddress", &wire::NetworkSettings::ip_address),
        member("IPPrefixLen", &wire::NetworkSettings::ip_prefix_len),
        member("IPv6Gateway", &wire::NetworkSettings::ipv6_gateway),
        member("MacAddress", &wire::NetworkSettings::mac_address),
        member("Networks", &wire::NetworkSettings::networks),
    };
};

}  // namespace dhow::json
