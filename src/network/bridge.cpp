#include "network/bridge.hpp"

#include <algorithm>
#include <set>

#include <sys/random.h>

#include "base/defer.hpp"
#include "base/error.hpp"
#include "linux/netlink/links.hpp"
#include "linux/netlink/namespaces.hpp"
#include "linux/netlink/routes.hpp"

namespace dhow::network {

namespace netlink = linux::netlink;
using netlink::Batch;
using netlink::Prefix;
using netlink::Socket;

namespace {

/// The addresses of a network's gateways, with the prefix lengths of their subnets.
std::vector<Prefix> gateway_addresses(const Network& network) {
    std::vector<Prefix> addresses;
    for (const auto& subnet : network.subnets) {
        if (subnet.gateway.empty()) continue;
        addresses.push_back({netlink::IpAddress::parse(subnet.gateway), Prefix::parse(subnet.subnet).length});
    }
    return addresses;
}

bool is_link_local(const netlink::IpAddress& address) {
    return address.is_v6() && address.bytes()[0] == 0xfe && (address.bytes()[1] & 0xc0) == 0x80;
}

/// A sysctl of a bridge; a host without IPv6 lacks some.
void set_bridge_sysctl(const char* family, const std::string& bridge, const char* name, const char* value) {
    try {
        netlink::write_sysctl(fmt::format("{}/conf/{}/{}", family, bridge, name), value);
    } catch (const SystemError& error) {
        if (error.error() != ENOENT) throw;
    }
}

/// With br_netfilter, a packet that a published port sends back to its own container is not routed but
/// bridged: it leaves by the port on which it came.
bool firewall_sees_bridged_packets() {
    try {
        return netlink::read_sysctl("bridge/bridge-nf-call-iptables") == "1";
    } catch (const SystemError&) {
        return false;  // br_netfilter is not loaded
    }
}

void configure_bridge(const Network& network) {
    set_bridge_sysctl("ipv6", network.bridge, "accept_ra", "0");
    // Its addresses come from the allocator and from a random MAC: looking for duplicates only takes a
    // second.
    set_bridge_sysctl("ipv6", network.bridge, "accept_dad", "0");
    set_bridge_sysctl("ipv6", network.bridge, "disable_ipv6", network.enable_ipv6 ? "0" : "1");
    // Ports that are published on 127.0.0.1 lead from there to the bridge. The firewall's first chain drops
    // what comes to 127.0.0.0/8 from any interface but loopback, so nobody else gains a way in.
    set_bridge_sysctl("ipv4", network.bridge, "route_localnet", "1");
}

int find_or_make(Socket& host, const Network& network, const std::string& owner) {
    if (auto found = netlink::find_link(host, network.bridge)) {
        if (found->kind != "bridge")
            throw Conflict("the interface {} exists and is no bridge", network.bridge);
        Batch batch;
        if (!found->up) netlink::set_up(batch, found->index);
        if (found->mtu != network.mtu) netlink::set_mtu(batch, found->index, network.mtu);
        host.send(std::move(batch));
        return found->index;
    }
    Batch batch;
    netlink::add_bridge(batch, {network.bridge, mac_of(std::nullopt), network.mtu,
                                fmt::format("{} network {}", bridge_mark(owner), network.name)});
    host.send(std::move(batch));
    return netlink::find_link(host, network.bridge).value().index;
}

}  // namespace

std::string bridge_mark(const std::string& owner) { return fmt::format("made by dhow ({})", owner); }

void ensure_bridge(Socket& host, const Network& network, bool replace_addresses, const std::string& owner) {
    const int index = find_or_make(host, network, owner);
    configure_bridge(network);
    auto missing = gateway_addresses(network);
    Batch batch;
    for (const auto& [holder, address] : netlink::list_addresses(host)) {
        if (holder != index) continue;
        if (std::erase(missing, address) == 0 && replace_addresses && !is_link_local(address.address))
            netlink::delete_address(batch, index, address);
    }
    for (const auto& address : missing) netlink::add_address(batch, index, address);
    host.send(std::move(batch));
}

void remove_bridge(Socket& host, const std::string& name, const std::string& owner) {
    auto bridge = netlink::find_link(host, name);
    if (!bridge || bridge->kind != "bridge" || !bridge->alias.starts_with(bridge_mark(owner))) return;
    Batch batch;
    netlink::delete_link(batch, bridge->index);
    host.send(std::move(batch));
}

void enable_forwarding(bool v6) {
    if (netlink::read_sysctl("ipv4/ip_forward") != "1") netlink::write_sysctl("ipv4/ip_forward", "1");
    if (!v6 || netlink::read_sysctl("ipv6/conf/all/forwarding") == "1") return;
    Socket host;
    for (const auto& link : netlink::list_links(host)) {
        auto name = fmt::format("ipv6/conf/{}/accept_ra", link.name);
        if (netlink::read_sysctl(name) == "1") netlink::write_sysctl(name, "2");
    }
    netlink::write_sysctl("ipv6/conf/all/forwarding", "1");
}

netlink::MacAddress mac_of(const std::optional<Prefix>& ipv4) {
    netlink::MacAddress mac{0x02, 0x42};
    if (ipv4)
        std::ranges::copy(ipv4->address.bytes(), mac.begin() + 2);
    else
        check(::getrandom(mac.data() + 2, 4, 0), "getrandom");
    return mac;
}

void add_interface(Socket& host, OpenSandbox& sandbox, int bridge_index, const InterfacePlan& plan) {
    if (plan.ipv6) {
        netlink::EnteredNamespace inside(sandbox.fd.get());
        netlink::write_sysctl("ipv6/conf/default/disable_ipv6", "0");
    }
    Batch pair;
    netlink::add_veth(pair, {plan.host_name, bridge_index, plan.mtu, sandbox.fd.get(), plan.name, plan.mac,
                             plan.isolated, firewall_sees_bridged_packets()});
    host.send(std::move(pair));
    Defer undo([&] {
        try {
            remove_interface(sandbox, plan.name);
        } catch (const Error&) {
            // It goes with the sandbox.
        }
    });
    const int index = netlink::find_link(sandbox.socket, plan.name).value().index;
    Batch inside;
    // Addresses first: an interface that comes up announces those it has.
    if (plan.ipv4) netlink::add_address(inside, index, *plan.ipv4);
    if (plan.ipv6) netlink::add_address(inside, index, *plan.ipv6);
    netlink::set_up(inside, index);
    if (plan.gateway4) netlink::add_default_route(inside, index, *plan.gateway4);
    if (plan.gateway6) netlink::add_default_route(inside, index, *plan.gateway6);
    sandbox.socket.send(std::move(inside));
    undo.cancel();
}

void remove_interface(OpenSandbox& sandbox, const std::string& name) {
    auto link = netlink::find_link(sandbox.socket, name);
    if (!link) return;
    Batch batch;
    netlink::delete_link(batch, link->index);
    sandbox.socket.send(std::move(batch));
}

void move_default_routes(OpenSandbox& sandbox, const std::optional<DefaultRoutes>& from,
                         const std::optional<DefaultRoutes>& to) {
    Batch batch;
    auto each = [&](const std::optional<DefaultRoutes>& routes, auto change) {
        auto link = routes ? netlink::find_link(sandbox.socket, routes->interface) : std::nullopt;
        if (!link) return;
        if (routes->gateway4) change(batch, link->index, *routes->gateway4);
        if (routes->gateway6) change(batch, link->index, *routes->gateway6);
    };
    each(from, netlink::delete_default_route);
    each(to, netlink::add_default_route);
    sandbox.socket.send(std::move(batch));
}

}  // namespace dhow::network
