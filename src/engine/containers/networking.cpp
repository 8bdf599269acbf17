// A container and its networks: at the start, at the exit.

#include <algorithm>

#include "base/error.hpp"
#include "base/log.hpp"
#include "engine/containers/run.hpp"
#include "engine/containers/spec.hpp"
#include "engine/core.hpp"
#include "engine/validate/validate.hpp"
#include "network/model_json.hpp"

namespace dhow::engine {

namespace {

network::Protocol protocol_of(const std::string& name) {
    return json::find_named<network::Protocol>(name).value_or(network::Protocol::tcp);
}

std::vector<network::PortRequest> port_requests(const Container& record) {
    std::vector<network::PortRequest> requests;
    std::set<std::string> bound;
    for (const auto& [name, bindings] : record.host_config.port_bindings) {
        if (!bindings || bindings->empty()) continue;
        bound.insert(name);
        auto port = parse_port(name);
        for (const auto& binding : *bindings) {
            auto range = parse_host_ports(binding.host_port);
            requests.push_back({port.port, protocol_of(port.protocol), binding.host_ip, range.first,
                                static_cast<std::uint16_t>(range.last == range.first ? 0 : range.last)});
        }
    }
    if (!record.host_config.publish_all_ports) return requests;
    for (const auto& name : record.config.exposed_ports.names) {
        if (bound.contains(name)) continue;
        auto port = parse_port(name);
        requests.push_back({port.port, protocol_of(port.protocol), "", 0, 0});
    }
    return requests;
}

/// The networks of a record in the order of attachment: the one of its network mode first.
std::vector<std::pair<std::string, EndpointSettings>> in_order(const Container& record) {
    std::vector<std::pair<std::string, EndpointSettings>> networks(record.networks.begin(),
                                                                   record.networks.end());
    std::ranges::stable_partition(
        networks, [&](const auto& entry) { return entry.first == record.host_config.network_mode; });
    return networks;
}

const network::Endpoint* gateway_endpoint(const std::vector<network::Endpoint>& endpoints) {
    const network::Endpoint* best = nullptr;
    for (const auto& endpoint : endpoints)
        if (!best || endpoint.gateway_priority > best->gateway_priority) best = &endpoint;
    return best;
}

void publish_network_events(Core& core, const Container& record, const char* action) {
    for (const auto& [name, settings] : record.networks) {
        if (settings.network_id.empty()) continue;
        const auto network = core.networks.find(settings.network_id);
        core.events.publish(
            "network", action, settings.network_id,
            {{"container", record.id}, {"name", name}, {"type", network ? network->driver : ""}});
    }
}

}  // namespace

network::EndpointRequest endpoint_request(const Container& record, const EndpointSettings& settings,
                                          const std::string& network_id) {
    network::EndpointRequest request;
    request.network_id = network_id;
    request.sandbox_id = record.sandbox_id;
    request.container_id = record.id;
    request.container_name = record.name;
    request.mac_address = settings.mac_address;
    request.aliases = settings.aliases;
    request.gateway_priority = static_cast<int>(settings.gw_priority);
    if (settings.ipam_config) {
        request.ipv4_address = settings.ipam_config->ipv4_address;
        request.ipv6_address = settings.ipam_config->ipv6_address;
    }
    return request;
}

void show_endpoint(EndpointSettings& settings, const network::Endpoint& endpoint) {
    settings.network_id = endpoint.network_id;
    settings.endpoint_id = endpoint.id;
    settings.gateway = endpoint.ipv4_gateway;
    settings.ip_address = endpoint.ipv4_address;
    settings.ip_prefix_len = endpoint.ipv4_prefix_length;
    settings.ipv6_gateway = endpoint.ipv6_gateway;
    settings.global_ipv6_address = endpoint.ipv6_address;
    settings.global_ipv6_prefix_len = endpoint.ipv6_prefix_length;
    settings.shown_mac_address = endpoint.mac_address;
}

Task<void> attach_networks(Core& core, LivePtr container) {
    auto& own = container->record;
    for (auto& [name, settings] : own.networks) settings.network_id = core.networks.inspect(name).id;
    if (own.sandbox_id.empty() || own.host_config.network_mode == "none") {
        publish_network_events(core, own, "connect");
        co_return;
    }
    auto attach = [&core, record = own]() mutable {
        for (const auto& [name, settings] : in_order(record))
            record.endpoints.push_back(
                core.network_room.attach(endpoint_request(record, settings, settings.network_id)));
        auto requests = port_requests(record);
        if (const auto* gateway = gateway_endpoint(record.endpoints); gateway && !requests.empty())
            record.published = core.network_room.publish(*gateway, requests);
        // The addresses are known now; the files are mounted already, and are written in place.
        bundle::write_etc(make_etc(record, core.options, core.host, core.gateway_address()),
                          core.run_directory(record.id));
        return record;
    };
    auto record = co_await core.pool.run(std::move(attach));
    own.endpoints = record.endpoints;
    own.published = record.published;
    for (const auto& endpoint : own.endpoints)
        for (auto& [name, settings] : own.networks)
            if (settings.network_id == endpoint.network_id) show_endpoint(settings, endpoint);
    publish_network_events(core, own, "connect");
}

void note_disconnected(Core& core, Container& record) {
    publish_network_events(core, record, "disconnect");
    for (auto& [name, settings] : record.networks) show_endpoint(settings, {});
}

Task<void> release_networks(Core& core, LivePtr container) {
    auto& record = container->record;
    note_disconnected(core, record);
    auto sandbox = std::exchange(record.sandbox_id, {});
    record.sandbox_key.clear();
    record.endpoints.clear();
    record.published.clear();
    if (sandbox.empty()) co_return;
    auto work = [&core, sandbox] { core.network_room.release_sandbox(sandbox); };
    co_await core.pool.run(std::move(work));
}

}  // namespace dhow::engine
