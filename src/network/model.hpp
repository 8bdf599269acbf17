#pragma once
// What a network, an endpoint on it, and a published port are. Plain data: the engine persists Network and
// Endpoint as JSON and hands them back; addresses are text here, as the Engine API carries them.
// Source: Engine API 1.51 (Network, IPAMConfig, EndpointSettings, PortBinding), Docker's bridge driver
// options.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/json_time.hpp"
#include "base/units.hpp"

namespace dhow::network {

/// `null` is docker's name for no network at all but loopback.
enum class Driver { bridge, host, null };

/// One address pool of a network.
struct Subnet {
    std::string subnet;    ///< "172.18.0.0/16", "fd00:1::/64"
    std::string gateway;   ///< an address in it; empty when the network is internal and none was asked for
    std::string ip_range;  ///< addresses are chosen from here; empty: from the whole subnet
    std::map<std::string, std::string> auxiliary_addresses;  ///< name to an address that is never given out
};

/// A network with nothing left open: every name, subnet and option is decided.
struct Network {
    std::string id;  ///< 64 hex digits
    std::string name;
    Driver driver = Driver::bridge;
    Timestamp created;
    bool enable_ipv4 = true;
    bool enable_ipv6 = false;
    bool internal = false;    ///< no way out of it, and none in
    bool attachable = false;  ///< kept for the API; a local network always is
    std::vector<Subnet> subnets;
    std::string bridge;             ///< the bridge's interface name; empty for host and null
    std::uint32_t mtu = 1500;       ///< of the bridge and of every interface on it
    bool icc = true;                ///< containers of this network may talk to each other
    bool masquerade = true;         ///< what leaves the host carries the host's address
    std::string host_binding_ipv4;  ///< where ports are published that name no address; empty: everywhere
    std::map<std::string, std::string> options;  ///< as they were given
    std::map<std::string, std::string> labels;
};

/// A container's place on a network, as attached. The engine keeps it with the container.
struct Endpoint {
    std::string id;  ///< 64 hex digits
    std::string network_id;
    std::string sandbox_id;
    std::string container_id;
    std::string container_name;
    std::string interface;       ///< inside: "eth0", "eth1", ...
    std::string host_interface;  ///< outside: "veth1a2b3c4"
    std::string mac_address;     ///< "02:42:ac:11:00:02"
    std::string ipv4_address;    ///< "172.17.0.2"; empty: none
    std::string ipv4_gateway;    ///< empty: none
    int ipv4_prefix_length = 0;
    std::string ipv6_address;
    std::string ipv6_gateway;
    int ipv6_prefix_length = 0;
    int gateway_priority = 0;
    std::vector<std::string> aliases;
};

enum class Protocol { tcp, udp, sctp };

/// A port that is asked to be published.
struct PortRequest {
    std::uint16_t container_port = 0;
    Protocol protocol = Protocol::tcp;
    std::string host_address;     ///< empty: the network's host binding, else every address, v4 and v6
    std::uint16_t host_port = 0;  ///< 0: an ephemeral one
    std::uint16_t host_last = 0;  ///< the end of a range to choose from; 0: `host_port` alone
};

/// A port that is published.
struct PublishedPort {
    std::uint16_t container_port = 0;
    Protocol protocol = Protocol::tcp;
    std::string host_address;  ///< "0.0.0.0", "::", "127.0.0.1", ...
    std::uint16_t host_port = 0;

    bool operator==(const PublishedPort&) const = default;
};

}  // namespace dhow::network

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
