// Networks: published ports.

#include "base/defer.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "linux/netlink/conntrack.hpp"
#include "network/model_json.hpp"
#include "network/networks.hpp"
#include "network/state.hpp"

namespace dhow::network {

namespace {

/// How a host address leads to a container: by the firewall, by the relay, or by both (the relay then serves
/// the host's own ::1 alone).
struct Way {
    IpAddress host_address;
    std::optional<IpAddress> mapped;   ///< the container's address that the firewall leads to
    std::optional<IpAddress> relayed;  ///< the container's address that the relay leads to
};

std::optional<Way> way_to(const IpAddress& host_address, const Endpoint& endpoint, const Config& config) {
    auto four = IpAddress::find(endpoint.ipv4_address);
    auto six = IpAddress::find(endpoint.ipv6_address);
    const auto& same = host_address.is_v6() ? six : four;
    const auto& other = host_address.is_v6() ? four : six;
    Way way{host_address, {}, {}};
    const bool own_loopback_v6 = host_address.is_v6() && host_address.is_loopback();
    if (config.firewall && same && !own_loopback_v6) way.mapped = same;
    const bool needs_relay = !way.mapped || (host_address.is_v6() && host_address.is_unspecified());
    if (config.relay && needs_relay && (same || other)) way.relayed = same ? same : other;
    if (!way.mapped && !way.relayed) return std::nullopt;
    return way;
}

/// Where a request is bound: one address, or all of IPv4 and all of IPv6 with one number.
std::vector<Way> ways_of(const PortRequest& request, const Endpoint& endpoint, const Network& network,
                         const Config& config) {
    auto address = request.host_address;
    if (address.empty()) address = network.host_binding_ipv4;
    if (address.empty()) address = config.host_address;
    std::vector<Way> ways;
    if (!address.empty()) {
        if (auto way = way_to(IpAddress::parse(address), endpoint, config)) ways.push_back(*way);
        if (ways.empty())
            throw InvalidArgument(
                "cannot publish on {}: the container has no address of that family, and "
                "userland-proxy is off",
                address);
        return ways;
    }
    for (const char* all : {"0.0.0.0", "::"})
        if (auto way = way_to(IpAddress::parse(all), endpoint, config)) ways.push_back(*way);
    return ways;
}

PortAllocator::Request allocation_of(const PortRequest& request, const std::vector<Way>& ways) {
    PortAllocator::Request allocation;
    allocation.protocol = request.protocol;
    allocation.address = ways.front().host_address;
    allocation.first = request.host_port;
    allocation.last = request.host_last;
    if (ways.size() > 1) allocation.second_address = ways[1].host_address;
    const auto& target = ways.front().mapped ? ways.front().mapped : ways.front().relayed;
    allocation.target =
        fmt::format("{}:{}/{}", target->bracketed(), request.container_port, json::name_of(request.protocol));
    return allocation;
}

/// What publishing has done so far, and where it goes on.
struct Publication {
    AttachedEndpoint& attached;
    Relay& relay;

    void add(const PortRequest& request, const Way& way, HeldPort held) {
        if (way.mapped)
            attached.mappings.push_back(
                {request.protocol, way.host_address, held.port, *way.mapped, request.container_port});
        if (way.relayed && held.socket && request.protocol != Protocol::sctp)
            attached.relayed.push_back(
                relay.add(held.socket.get(), request.protocol, *way.relayed, request.container_port));
        attached.held.push_back(std::move(held));
    }
};

/// Clients that have been sending already follow the change.
void forget_flows(const std::vector<PortMapping>& mappings) {
    std::set<std::uint16_t> ports;
    for (const auto& mapping : mappings)
        if (mapping.protocol == Protocol::udp) ports.insert(mapping.host_port);
    if (!ports.empty()) linux::netlink::forget_udp_flows(ports);
}

}  // namespace

void Networks::State::unpublish(AttachedEndpoint& endpoint) noexcept {
    if (!endpoint.mappings.empty()) firewall.remove(elements_of(endpoint.mappings));
    try {
        forget_flows(endpoint.mappings);
    } catch (const Error&) {
        // They end by themselves, once their clients are silent for half a minute.
    }
    endpoint.mappings.clear();
    for (auto number : endpoint.relayed) relay.remove(number);
    endpoint.relayed.clear();
    for (const auto& held : endpoint.held) ports.free(held);
    endpoint.held.clear();
}

std::vector<PublishedPort> Networks::publish(const Endpoint& endpoint,
                                             const std::vector<PortRequest>& ports) {
    auto& state = *state_;
    AttachedEndpoint* attached = nullptr;
    Network network;
    {
        std::scoped_lock lock(state.mutex);
        network = state.network(endpoint.network_id).network;
        for (const auto& other : state.sandbox(endpoint.sandbox_id).endpoints)
            if (other->endpoint.id == endpoint.id) attached = other.get();
    }
    if (!attached) throw NotFound("endpoint {} not found", endpoint.id);
    if (network.internal || ports.empty()) return {};
    Defer undo([&] { state.unpublish(*attached); });
    try {
        std::vector<PublishedPort> published;
        Publication publication{*attached, state.relay};
        for (const auto& request : ports) {
            auto ways = ways_of(request, endpoint, network, state.config);
            if (ways.empty()) continue;
            auto held = state.ports.take(allocation_of(request, ways));
            for (std::size_t i = 0; i < held.size(); ++i) {
                published.push_back(
                    {request.container_port, request.protocol, held[i].address.text(), held[i].port});
                publication.add(request, ways[i], std::move(held[i]));
            }
        }
        if (!attached->mappings.empty()) state.firewall.add(elements_of(attached->mappings));
        forget_flows(attached->mappings);
        undo.cancel();
        return published;
    } catch (Error& error) {
        error.add_context(fmt::format("driver failed programming external connectivity on endpoint {} ({})",
                                      endpoint.container_name, endpoint.id));
        throw;
    }
}

}  // namespace dhow::network
