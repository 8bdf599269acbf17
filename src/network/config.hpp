#pragma once
// What the daemon's configuration tells the networks. Names in brackets are daemon.json's.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace dhow::network {

/// A range that subnets of new networks are cut from ("default-address-pools").
struct AddressPool {
    std::string base;  ///< "172.17.0.0/12"
    int size = 16;     ///< prefix length of one subnet
};

/// The network named "bridge".
struct DefaultBridge {
    std::string interface = "dhow0";  ///< ("bridge")
    std::string bip;                  ///< the bridge's address with prefix length ("bip"); empty: chosen
    std::string fixed_cidr;           ///< containers' addresses come from here ("fixed-cidr")
    std::string default_gateway;      ///< ("default-gateway"); empty: the bridge's address
    bool ipv6 = false;                ///< ("ipv6")
    std::string bip6;                 ///< ("bip6")
    std::string fixed_cidr_v6;        ///< ("fixed-cidr-v6"); with ipv6 and empty: a unique local one is made
    std::string default_gateway_v6;   ///< ("default-gateway-v6")
};

struct Config {
    std::filesystem::path exec_root = "/run/dhow";  ///< namespaces are pinned in <exec_root>/netns
    DefaultBridge default_bridge;
    bool without_default_bridge = false;  ///< ("bridge": "none")
    std::uint32_t mtu = 1500;             ///< ("mtu")
    bool icc = true;                      ///< ("icc")
    bool masquerade = true;               ///< ("ip-masq")
    bool ip_forward = true;               ///< ("ip-forward"): set when needed, never unset
    /// ("iptables"): false leaves netfilter alone; then ports are published by the relay, and what leaves the
    /// host is not masqueraded.
    bool firewall = true;
    bool watch_firewall = true;  ///< rules that somebody else removes are put back at once
    /// ("userland-proxy"): ports of IPv6 host addresses reach containers that have IPv4 alone.
    bool relay = true;
    std::string host_address;  ///< ("ip"): where ports are published by default; empty: everywhere
    std::vector<AddressPool> address_pools;  ///< empty: docker's defaults
    std::string firewall_table = "dhow";     ///< family inet. One a daemon
    std::size_t ready_sandboxes = 4;         ///< namespaces that wait for a container
};

}  // namespace dhow::network
