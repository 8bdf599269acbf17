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
