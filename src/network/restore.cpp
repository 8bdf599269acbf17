// Networks: what a former daemon, or an admin, left.

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/json.hpp"
#include "linux/netlink/links.hpp"
#include "network/model_json.hpp"
#include "network/networks.hpp"
#include "network/state.hpp"

namespace dhow::network {

namespace netlink = linux::netlink;

namespace {

std::vector<PortMapping> mappings_of(const Endpoint& endpoint, const PublishedPort& port,
                                     const IpAddress& host) {
    const auto& text = host.is_v6() ? endpoint.ipv6_address : endpoint.ipv4_address;
    auto target = IpAddress::find(text);
    if (!target || (host.is_v6() && host.is_loopback())) return {};
    return {{port.protocol, host, port.host_port, *target, port.container_port}};
}

/// Gives the endpoint its published port again: the reservation, the mapping, the relay.
void republish(Networks::State& state, AttachedEndpoint& attached, const PublishedPort& port,
               RestoreReport& report) {
    const auto& endpoint = attached.endpoint;
    auto host = IpAddress::parse(port.host_address);
    auto held = state.ports.retake(port.protocol, host, port.host_port);
    if (!held.socket && port.protocol != Protocol::sctp)
        report.failed.push_back(fmt::format("port {}:{}/{} of container {} is in use by another program",
                                            host.bracketed(), port.host_port, json::name_of(port.protocol),
                                            endpoint.container_name));
    auto mappings = state.config.firewall ? mappings_of(endpoint, port, host) : std::vector<PortMapping>{};
    const bool relayed = mappings.empty() || (host.is_v6() && host.is_unspecified());
    if (state.config.relay && relayed && held.socket && port.protocol != Protocol::sctp) {
        auto same = IpAddress::find(host.is_v6() ? endpoint.ipv6_address : endpoint.ipv4_address);
        auto other = IpAddress::find(host.is_v6() ? endpoint.ipv4_address : endpoint.ipv6_address);
        if (auto target = same ? same : other)
            attached.relayed.push_back(
                state.relay.add(held.socket.get(), port.protocol, *target, port.container_port));
    }
    std::ranges::copy(mappings, std::back_inserter(attached.mappings));
    attached.held.push_back(std::move(held));
}

void restore_container(Networks::State& state, const Live::Container& container, RestoreReport& report) {
    auto& sandbox = state.attached[container.sandbox_id];
    try {
        sandbox.open = state.sandboxes.open(container.sandbox_id);
    } catch (const SystemError& error) {
        report.failed.push_back(error.what());
    }
    for (const auto& endpoint : container.endpoints) {
        sandbox.endpoints.push_back(std::make_unique<AttachedEndpoint>(endpoint));
        auto found = state.networks.find(endpoint.network_id);
        if (found == state.networks.end()) {
            report.failed.push_back(fmt::format("container {} is on network {}, which is not known",
                                                endpoint.container_name, endpoint.network_id));
            continue;
        }
        found->second.up = true;
        for (const auto* text : {&endpoint.ipv4_address, &endpoint.ipv6_address})
            for (auto& allocator : found->second.allocators)
                if (auto address = IpAddress::find(*text); address && allocator.subnet().contains(*address)) {
                    try {
                        allocator.reserve(*address);
                    } catch (const Error& error) {
                        report.failed.push_back(fmt::format("address {} of container {}: {}", *text,
                                                            endpoint.container_name, error.what()));
                    }
                }
    }
    // As `publish` did: on the endpoint that leads out.
    for (const auto& port : container.ports) {
        for (auto& attached : sandbox.endpoints) {
            if (attached.get() != Networks::State::gateway_of(sandbox)) continue;
            try {
                republish(state, *attached, port, report);
            } catch (const Error& error) {
                report.failed.push_back(error.what());
            }
        }
    }
}

/// Removes bridges that this daemon made for networks that are no more, and interfaces on those that are
/// whose container is no more.
void remove_strays(Networks::State& state, netlink::Socket& host, RestoreReport& report) {
    std::set<std::string> bridges, interfaces;
    for (const auto& [id, known] : state.networks) bridges.insert(known.network.bridge);
    for (const auto& [id, sandbox] : state.attached)
        for (const auto& attached : sandbox.endpoints) interfaces.insert(attached->endpoint.host_interface);
    std::set<int> ours;
    const auto mark = bridge_mark(state.config.firewall_table);
    const auto links = netlink::list_links(host);
    for (const auto& link : links)
        if (link.kind == "bridge" && link.alias.starts_with(mark)) ours.insert(link.index);
    auto remove = [&](const netlink::Link& link) {
        netlink::Batch batch;
        netlink::delete_link(batch, link.index);
        try {
            host.send(std::move(batch));
            report.removed.push_back("interface " + link.name);
        } catch (const SystemError& error) {
            if (error.error() != ENODEV) report.failed.push_back(error.what());
        }
    };
    for (const auto& link : links) {
        if (link.kind == "veth" && ours.contains(link.master) && !interfaces.contains(link.name))
            remove(link);
        if (ours.contains(link.index) && !bridges.contains(link.name)) remove(link);
    }
}

/// Makes the bridges of networks that are up whole again, with the containers' interfaces on them.
void repair_bridges(Networks::State& state, netlink::Socket& host, std::vector<std::string>& repaired) {
    std::vector<std::string> up;
    std::map<std::string, std::string> bridge_of_interface;
    {
        std::scoped_lock lock(state.mutex);
        for (const auto& [id, known] : state.networks)
            if (known.up) up.push_back(id);
        for (const auto& [id, sandbox] : state.attached)
            for (const auto& attached : sandbox.endpoints)
                if (auto found = state.networks.find(attached->endpoint.network_id);
                    found != state.networks.end())
                    bridge_of_interface[attached->endpoint.host_interface] = found->second.network.bridge;
    }
    std::set<std::string> before;
    for (const auto& link : netlink::list_links(host)) before.insert(link.name);
    for (const auto& id : up) {
        std::string bridge;
        {
            std::scoped_lock lock(state.mutex);
            auto found = state.networks.find(id);
            if (found == state.networks.end()) continue;
            bridge = found->second.network.bridge;
        }
        state.bring_up(id);
        if (!before.contains(bridge)) repaired.push_back("bridge " + bridge);
    }
    std::map<std::string, int> index_of;
    const auto links = netlink::list_links(host);
    for (const auto& link : links) index_of[link.name] = link.index;
    netlink::Batch batch;
    for (const auto& link : links) {
        auto found = bridge_of_interface.find(link.name);
        if (found == bridge_of_interface.end() || link.master == index_of[found->second]) continue;
        netlink::set_master(batch, link.index, index_of[found->second]);
        repaired.push_back(fmt::format("{} as a port of {}", link.name, found->second));
    }
    host.send(std::move(batch));
}

/// What the firewall is to hold of an endpoint's ports.
void add_mappings(Networks::State& state) {
    for (const auto& [id, sandbox] : state.attached)
        for (const auto& attached : sandbox.endpoints)
            if (!attached->mappings.empty()) state.firewall.want(elements_of(attached->mappings));
}

}  // namespace

RestoreReport Networks::restore(const Live& live) {
    auto& state = *state_;
    RestoreReport report;
    {
        std::scoped_lock lock(state.mutex);
        for (const auto& network : live.networks)
            if (!state.networks.contains(network.id)) state.add_network(network);
        for (const auto& container : live.containers) restore_container(state, container, report);
        for (const auto& id : state.sandboxes.found()) {
            if (state.attached.contains(id)) continue;
            state.sandboxes.release(id);
            report.removed.push_back("network namespace " + id);
        }
        if (state.config.firewall) {
            add_mappings(state);
            for (const auto& [id, known] : state.networks)
                if (known.up) state.firewall.want(elements_of(known.network));
        }
    }
    netlink::Socket host;
    if (state.config.firewall) {
        for (auto& difference : state.firewall.reconcile()) {
            auto& list = difference.starts_with("-") ? report.removed : report.added;
            list.push_back("firewall: " + difference.substr(2));
        }
    }
    repair_bridges(state, host, report.added);
    remove_strays(state, host, report);
    return report;
}

std::vector<std::string> Networks::repair() {
    auto& state = *state_;
    std::vector<std::string> repaired;
    if (state.config.firewall) {
        repaired = state.firewall.differences();
        if (!repaired.empty()) state.firewall.repair();
    }
    netlink::Socket host;
    repair_bridges(state, host, repaired);
    return repaired;
}

}  // namespace dhow::network
