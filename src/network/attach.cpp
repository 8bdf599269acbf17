// Networks: endpoints come and go.

#include <algorithm>

#include "base/defer.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "linux/netlink/links.hpp"
#include "network/networks.hpp"
#include "network/state.hpp"

namespace dhow::network {

namespace netlink = linux::netlink;

namespace {

/// An address of one family out of a network's subnets, and its subnet.
struct Leased {
    Prefix address;
    std::string gateway;
};

/// The router of a subnet's containers: the bridge, unless the configuration names another.
std::string gateway_of_subnet(const Subnet& subnet, bool six) {
    auto other = subnet.auxiliary_addresses.find(six ? "DefaultGatewayIPv6" : "DefaultGatewayIPv4");
    return other == subnet.auxiliary_addresses.end() ? subnet.gateway : other->second;
}

std::optional<Leased> lease(KnownNetwork& known, bool six, const std::string& wanted) {
    std::optional<IpAddress> specific;
    if (!wanted.empty()) specific = IpAddress::parse(wanted);
    if (specific && specific->is_v6() != six)
        throw InvalidArgument("invalid IPv{} address: {}", six ? 6 : 4, wanted);
    std::exception_ptr exhausted;
    for (std::size_t i = 0; i < known.allocators.size(); ++i) {
        auto& allocator = known.allocators[i];
        const auto& subnet = allocator.subnet();
        if (subnet.address.is_v6() != six) continue;
        const auto gateway = known.network.internal ? "" : gateway_of_subnet(known.network.subnets[i], six);
        if (specific) {
            if (!subnet.contains(*specific)) continue;
            allocator.reserve(*specific);
            return Leased{{*specific, subnet.length}, gateway};
        }
        try {
            return Leased{{allocator.allocate(known.network.name), subnet.length}, gateway};
        } catch (const Unavailable&) {
            exhausted = std::current_exception();
        }
    }
    if (specific) throw InvalidArgument("no configured subnet contains the IP address {}", wanted);
    if (exhausted) std::rethrow_exception(exhausted);
    return std::nullopt;
}

std::string free_interface_name(const AttachedSandbox& sandbox) {
    for (int number = 0;; ++number) {
        auto name = fmt::format("eth{}", number);
        if (std::ranges::none_of(sandbox.endpoints,
                                 [&](const auto& other) { return other->endpoint.interface == name; }))
            return name;
    }
}

std::optional<Prefix> prefix_of(const std::string& address, int length) {
    auto found = IpAddress::find(address);
    return found ? std::optional(Prefix{*found, length}) : std::nullopt;
}

/// The endpoint of a request, with its addresses taken. Call with the state's mutex.
Endpoint decide(const EndpointRequest& request, KnownNetwork& known, const AttachedSandbox& sandbox) {
    Endpoint endpoint;
    endpoint.id = random_hex(32);
    endpoint.network_id = request.network_id;
    endpoint.sandbox_id = request.sandbox_id;
    endpoint.container_id = request.container_id;
    endpoint.container_name = request.container_name;
    endpoint.interface = free_interface_name(sandbox);
    endpoint.host_interface = "veth" + random_hex(4).substr(0, 7);
    endpoint.gateway_priority = request.gateway_priority;
    endpoint.aliases = request.aliases;
    std::optional<netlink::MacAddress> mac;
    if (!request.mac_address.empty()) mac = netlink::parse_mac(request.mac_address);
    auto four = lease(known, false, request.ipv4_address);
    if (four) {
        endpoint.ipv4_address = four->address.address.text();
        endpoint.ipv4_prefix_length = four->address.length;
        endpoint.ipv4_gateway = four->gateway;
    }
    std::optional<Leased> six;
    try {
        six = lease(known, true, request.ipv6_address);
    } catch (const Error&) {
        if (four)
            for (auto& allocator : known.allocators) allocator.free(four->address.address);
        throw;
    }
    if (six) {
        endpoint.ipv6_address = six->address.address.text();
        endpoint.ipv6_prefix_length = six->address.length;
        endpoint.ipv6_gateway = six->gateway;
    }
    endpoint.mac_address =
        netlink::mac_text(mac ? *mac : mac_of(four ? std::optional(four->address) : std::nullopt));
    return endpoint;
}

InterfacePlan plan_of(const Endpoint& endpoint, const Network& network) {
    InterfacePlan plan;
    plan.host_name = endpoint.host_interface;
    plan.name = endpoint.interface;
    plan.mac = netlink::parse_mac(endpoint.mac_address);
    plan.ipv4 = prefix_of(endpoint.ipv4_address, endpoint.ipv4_prefix_length);
    plan.ipv6 = prefix_of(endpoint.ipv6_address, endpoint.ipv6_prefix_length);
    plan.mtu = network.mtu;
    plan.isolated = !network.icc;
    return plan;
}

}  // namespace

Endpoint Networks::attach(const EndpointRequest& request) {
    auto& state = *state_;
    std::shared_ptr<OpenSandbox> open;
    Network network;
    Endpoint endpoint;
    std::optional<DefaultRoutes> routes_before, routes_after;
    bool up = false;
    {
        std::scoped_lock lock(state.mutex);
        auto& known = state.network(request.network_id);
        auto& sandbox = state.sandbox(request.sandbox_id);
        if (known.network.driver != Driver::bridge)
            throw InvalidArgument("a container cannot be attached to network {}", known.network.name);
        for (const auto& other : sandbox.endpoints)
            if (other->endpoint.network_id == request.network_id)
                throw Forbidden("endpoint with name {} already exists in network {}", request.container_name,
                                known.network.name);
        endpoint = decide(request, known, sandbox);
        network = known.network;
        up = known.up;
        open = sandbox.open;
        if (const auto* gateway = State::gateway_of(sandbox)) routes_before = routes_of(gateway->endpoint);
        sandbox.endpoints.push_back(std::make_unique<AttachedEndpoint>(endpoint));
        if (const auto* gateway = State::gateway_of(sandbox)) routes_after = routes_of(gateway->endpoint);
    }
    Defer undo([&] {
        std::scoped_lock lock(state.mutex);
        state.free_addresses(endpoint);
        std::erase_if(state.sandbox(request.sandbox_id).endpoints,
                      [&](const auto& attached) { return attached->endpoint.id == endpoint.id; });
    });
    netlink::Socket host;
    auto bridge = netlink::find_link(host, network.bridge);
    if (!up || !bridge) {
        state.bring_up(network.id);
        bridge = netlink::find_link(host, network.bridge);
    }
    auto plan = plan_of(endpoint, network);
    const bool is_gateway = routes_after && routes_after->interface == endpoint.interface;
    if (is_gateway && !routes_before) {
        plan.gateway4 = routes_after->gateway4;
        plan.gateway6 = routes_after->gateway6;
    }
    add_interface(host, *open, bridge.value().index, plan);
    if (is_gateway && routes_before) move_default_routes(*open, routes_before, routes_after);
    undo.cancel();
    return endpoint;
}

void Networks::disconnect(const std::string& endpoint_id) {
    auto& state = *state_;
    std::shared_ptr<OpenSandbox> open;
    std::unique_ptr<AttachedEndpoint> gone;
    std::optional<DefaultRoutes> routes_before, routes_after;
    {
        std::scoped_lock lock(state.mutex);
        for (auto& [id, sandbox] : state.attached) {
            auto found = std::ranges::find_if(
                sandbox.endpoints, [&](const auto& other) { return other->endpoint.id == endpoint_id; });
            if (found == sandbox.endpoints.end()) continue;
            if (const auto* gateway = State::gateway_of(sandbox))
                routes_before = routes_of(gateway->endpoint);
            gone = std::move(*found);
            sandbox.endpoints.erase(found);
            if (const auto* gateway = State::gateway_of(sandbox)) routes_after = routes_of(gateway->endpoint);
            open = sandbox.open;
            break;
        }
    }
    if (!gone) throw NotFound("endpoint {} not found", endpoint_id);
    state.unpublish(*gone);
    // With the interface go its routes.
    remove_interface(*open, gone->endpoint.interface);
    const bool was_gateway = routes_before && routes_before->interface == gone->endpoint.interface;
    if (was_gateway && routes_after) move_default_routes(*open, std::nullopt, routes_after);
    std::scoped_lock lock(state.mutex);
    state.free_addresses(gone->endpoint);
}

}  // namespace dhow::network
