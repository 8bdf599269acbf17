#include "api/networks/handlers.hpp"

#include "api/convert.hpp"
#include "wire/network.hpp"

namespace dhow::api::networks {

namespace {

/// @param with_containers an inspect's; a list leaves them out.
wire::Network to_wire(const engine::Network& network, bool with_containers) {
    wire::Network out;
    out.name = network.name;
    out.id = network.id;
    out.created = format_timestamp(network.created);
    out.scope = network.scope;
    out.driver = network.driver;
    out.enable_ipv4 = network.enable_ipv4;
    out.enable_ipv6 = network.enable_ipv6;
    out.ipam.driver = network.ipam_driver;
    out.ipam.options = network.ipam_options;
    for (const auto& pool : network.pools)
        out.ipam.config.push_back({pool.subnet, pool.ip_range, pool.gateway, pool.auxiliary_addresses});
    out.internal = network.internal;
    out.attachable = network.attachable;
    out.options = network.options;
    out.labels = network.labels;
    if (!with_containers) return out;
    for (const auto& [id, endpoint] : network.containers)
        out.containers[id] = {endpoint.name, endpoint.endpoint_id, endpoint.mac_address,
                              endpoint.ipv4_address, endpoint.ipv6_address};
    return out;
}

json::Value document_of(const engine::Network& network, bool with_containers, wire::ApiVersion version) {
    auto document = json::to(to_wire(network, with_containers));
    wire::shape_network(document, version);
    return document;
}

engine::NetworkCreateRequest to_engine(wire::NetworkCreate document) {
    engine::NetworkCreateRequest wanted;
    wanted.name = std::move(document.name);
    wanted.driver = std::move(document.driver);
    wanted.scope = std::move(document.scope);
    wanted.internal = document.internal;
    wanted.attachable = document.attachable;
    wanted.ingress = document.ingress;
    wanted.config_only = document.config_only;
    if (document.config_from) wanted.config_from = document.config_from->network;
    wanted.enable_ipv4 = document.enable_ipv4;
    wanted.enable_ipv6 = document.enable_ipv6;
    if (document.ipam) {
        wanted.ipam_driver = document.ipam->driver;
        wanted.ipam_options = document.ipam->options;
        for (auto& pool : document.ipam->config)
            wanted.pools.push_back({pool.subnet, pool.ip_range, pool.gateway, pool.auxiliary_addresses});
    }
    wanted.options = std::move(document.options);
    wanted.labels = std::move(document.labels);
    return wanted;
}

}  // namespace

Task<void> list(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    json::Array answer;
    for (const auto& network : engine.networks().list(read_filters(request.query)))
        answer.push_back(document_of(network, false, request.version));
    co_await exchange.json_text(200, json::dump(answer));
}

Task<void> create(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    auto document = co_await exchange.document<wire::NetworkCreate>();
    if (request.version < wire::ApiVersion{1, 48}) document.enable_ipv4.reset();
    auto created = co_await engine.networks().create(to_engine(std::move(document)));
    wire::NetworkCreateResponse response;
    response.id = std::move(created.id);
    response.warning = std::move(created.warning);
    co_await exchange.json(201, response);
}

Task<void> inspect(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    auto scope = request.query.text("scope");
    if (!scope.empty() && scope != "local") throw NotFound("network {} not found", request.name);
    auto network = engine.networks().inspect(request.name);
    co_await exchange.json_text(200, json::dump(document_of(network, true, request.version)));
}

Task<void> remove(engine::Engine& engine, Exchange& exchange) {
    co_await engine.networks().remove(exchange.request().name);
    co_await exchange.no_content();
}

Task<void> prune(engine::Engine& engine, Exchange& exchange) {
    wire::NetworksPruned document;
    document.networks_deleted = co_await engine.networks().prune(read_filters(exchange.request().query));
    co_await exchange.json(200, document);
}

Task<void> connect(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    auto document = co_await exchange.document<wire::NetworkConnect>();
    engine::EndpointSettings settings;
    if (document.endpoint_config) settings = api::to_engine(*document.endpoint_config);
    if (request.version < wire::ApiVersion{1, 44}) settings.mac_address.clear();
    co_await engine.networks().connect(request.name, document.container, std::move(settings));
    co_await exchange.respond(http::Response(200));
}

Task<void> disconnect(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    auto document = co_await exchange.document<wire::NetworkDisconnect>();
    co_await engine.networks().disconnect(request.name, document.container, document.force);
    co_await exchange.respond(http::Response(200));
}

}  // namespace dhow::api::networks
