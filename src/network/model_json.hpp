#pragma once
// The JSON of network/model.hpp, apart from it because it is slow to compile and few files need it.

#include "base/json.hpp"
#include "base/json_time.hpp"
#include "network/model.hpp"

template <>
struct dhow::json::Names<dhow::network::Driver> {
    using Driver = dhow::network::Driver;
    static constexpr std::array list{std::pair{Driver::bridge, std::string_view{"bridge"}},
                                     std::pair{Driver::host, std::string_view{"host"}},
                                     std::pair{Driver::null, std::string_view{"null"}}};
};

template <>
struct dhow::json::Names<dhow::network::Protocol> {
    using Protocol = dhow::network::Protocol;
    static constexpr std::array list{std::pair{Protocol::tcp, std::string_view{"tcp"}},
                                     std::pair{Protocol::udp, std::string_view{"udp"}},
                                     std::pair{Protocol::sctp, std::string_view{"sctp"}}};
};

template <>
struct dhow::json::Members<dhow::network::Subnet> {
    using T = dhow::network::Subnet;
    static constexpr auto list =
        std::tuple{member("Subnet", &T::subnet), member("Gateway", &T::gateway, omit_empty),
                   member("IPRange", &T::ip_range, omit_empty),
                   member("AuxiliaryAddresses", &T::auxiliary_addresses, omit_empty)};
};

template <>
struct dhow::json::Members<dhow::network::Network> {
    using T = dhow::network::Network;
    static constexpr auto list = std::tuple{member("Id", &T::id),
                                            member("Name", &T::name),
                                            member("Driver", &T::driver),
                                            member("Created", &T::created),
                                            member("EnableIPv4", &T::enable_ipv4),
                                            member("EnableIPv6", &T::enable_ipv6),
                                            member("Internal", &T::internal),
                                            member("Attachable", &T::attachable),
                                            member("Subnets", &T::subnets),
                                            member("Bridge", &T::bridge),
                                            member("MTU", &T::mtu),
                                            member("ICC", &T::icc),
                                            member("Masquerade", &T::masquerade),
                                            member("HostBindingIPv4", &T::host_binding_ipv4, omit_empty),
                                            member("Options", &T::options),
                                            member("Labels", &T::labels)};
};

template <>
struct dhow::json::Members<dhow::network::Endpoint> {
    using T = dhow::network::Endpoint;
    static constexpr auto list = std::tuple{member("Id", &T::id),
                                            member("NetworkId", &T::network_id),
                                            member("SandboxId", &T::sandbox_id),
                                            member("ContainerId", &T::container_id),
                                            member("ContainerName", &T::container_name),
                                            member("Interface", &T::interface),
                                            member("HostInterface", &T::host_interface),
                                            member("MacAddress", &T::mac_address),
                                            member("IPv4Address", &T::ipv4_address),
                                            member("IPv4Gateway", &T::ipv4_gateway),
                                            member("IPv4PrefixLength", &T::ipv4_prefix_length),
                                            member("IPv6Address", &T::ipv6_address),
                                            member("IPv6Gateway", &T::ipv6_gateway),
                                            member("IPv6PrefixLength", &T::ipv6_prefix_length),
                                            member("GatewayPriority", &T::gateway_priority),
                                            member("Aliases", &T::aliases, omit_empty)};
};

template <>
struct dhow::json::Members<dhow::network::PublishedPort> {
    using T = dhow::network::PublishedPort;
    static constexpr auto list =
        std::tuple{member("ContainerPort", &T::container_port), member("Protocol", &T::protocol),
                   member("HostAddress", &T::host_address), member("HostPort", &T::host_port)};
};
