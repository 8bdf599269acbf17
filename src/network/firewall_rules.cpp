// The rules of the table, in the order in which a packet meets them.

#include "base/error.hpp"
#include "base/json.hpp"
#include "network/firewall.hpp"
#include "network/model_json.hpp"

namespace dhow::network {

namespace {

constexpr std::string_view sets = R"(
    set bridges { type ifname; }
    set internal { type ifname; }
    set icc { type ifname . ifname; }
    set subnets4 { type ifname . ipv4_addr; flags interval; }
    set subnets6 { type ifname . ipv6_addr; flags interval; }
    set masquerade4 { type ifname . ipv4_addr; flags interval; }
    set masquerade6 { type ifname . ipv6_addr; flags interval; }
    map ports4 { type inet_proto . inet_service : ipv4_addr . inet_service; }
    map ports6 { type inet_proto . inet_service : ipv6_addr . inet_service; }
    map address_ports4 { type inet_proto . ipv4_addr . inet_service : ipv4_addr . inet_service; }
    map address_ports6 { type inet_proto . ipv6_addr . inet_service : ipv6_addr . inet_service; }
)";

// Bridges route 127.0.0.0/8, for what the host itself sends there; nobody else may (CVE-2020-8558), neither a
// neighbour of the host nor a container.
constexpr std::string_view guard = R"(
    chain guard {
        type filter hook prerouting priority raw; policy accept;
        iifname != "lo" ip daddr 127.0.0.0/8 drop
    }
)";

// Published ports: for what comes in, from containers too, and for what the host itself sends. A mapping of
// one address goes before one of all. The kernel does not let ::1 leave loopback: the relay serves that.
constexpr std::string_view destination = R"(
    chain prerouting {
        type nat hook prerouting priority dstnat; policy accept;
        fib daddr type local jump published
    }
    chain output {
        type nat hook output priority -100; policy accept;
        ip6 daddr ::1 return
        fib daddr type local jump published
    }
    chain published {
        dnat ip to meta l4proto . ip daddr . th dport map @address_ports4
        dnat ip to meta l4proto . th dport map @ports4
        dnat ip6 to meta l4proto . ip6 daddr . th dport map @address_ports6
        dnat ip6 to meta l4proto . th dport map @ports6
    }
)";

// To a container comes what answers it, what was published, and what its own network sends. From an internal
// network nothing leaves. Packets between two ports of one bridge pass here only where br_netfilter is on.
constexpr std::string_view forward = R"(
    chain forward {
        type filter hook forward priority filter; policy accept;
        iifname @bridges jump from_container
        oifname @bridges jump to_container
    }
    chain from_container {
        iifname . oifname @icc accept
        iifname @internal drop
    }
    chain to_container {
        ct state established,related accept
        oifname @internal drop
        ct status dnat accept
        drop
    }
)";

// Containers' addresses mean nothing beyond the host. And who reaches a container by a published port from
// the same bridge, or from 127.0.0.1, must be answered by way of the host, or the answer would not be
// recognised.
constexpr std::string_view source = R"(
    chain postrouting {
        type nat hook postrouting priority srcnat; policy accept;
        oifname @bridges jump to_bridge
        oifname != @bridges jump to_outside
    }
    chain to_bridge {
        ip saddr 127.0.0.0/8 masquerade
        oifname . ip saddr @subnets4 ct status dnat masquerade
        oifname . ip6 saddr @subnets6 ct status dnat masquerade
    }
    chain to_outside {
        iifname . ip saddr @masquerade4 masquerade
        iifname . ip6 saddr @masquerade6 masquerade
    }
)";

}  // namespace

std::string firewall_rules(const std::string& table) {
    return fmt::format("table inet {} {{{}{}{}{}{}}}\n", table, sets, guard, destination, forward, source);
}

FirewallElements elements_of(const Network& network) {
    FirewallElements elements;
    const auto name = fmt::format("\"{}\"", network.bridge);
    const auto pair = fmt::format("{} . {}", name, name);
    elements["bridges"].insert(name);
    if (network.icc) elements["icc"].insert(pair);
    if (network.internal) elements["internal"].insert(name);
    for (const auto& subnet : network.subnets) {
        auto prefix = linux::netlink::Prefix::parse(subnet.subnet).subnet();
        const auto element = fmt::format("{} . {}", name, prefix.text());
        const bool six = prefix.address.is_v6();
        elements[six ? "subnets6" : "subnets4"].insert(element);
        if (network.masquerade && !network.internal)
            elements[six ? "masquerade6" : "masquerade4"].insert(element);
    }
    return elements;
}

FirewallElements elements_of(std::span<const PortMapping> mappings) {
    FirewallElements elements;
    for (const auto& mapping : mappings) {
        const bool six = mapping.host_address.is_v6();
        const auto protocol = json::name_of(mapping.protocol);
        const auto target = fmt::format("{} . {}", mapping.container_address.text(), mapping.container_port);
        if (mapping.host_address.is_unspecified())
            elements[six ? "ports6" : "ports4"].insert(
                fmt::format("{} . {} : {}", protocol, mapping.host_port, target));
        else
            elements[six ? "address_ports6" : "address_ports4"].insert(fmt::format(
                "{} . {} . {} : {}", protocol, mapping.host_address.text(), mapping.host_port, target));
    }
    return elements;
}

}  // namespace dhow::network
