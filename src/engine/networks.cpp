#include "engine/networks.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/log.hpp"
#include "engine/containers/run.hpp"
#include "engine/containers/storage.hpp"
#include "engine/core.hpp"
#include "network/model_json.hpp"
#include "network/networks.hpp"

namespace dhow::engine {

namespace {

bool is_predefined(const std::string& name) { return name == "bridge" || name == "host" || name == "none"; }

std::string with_prefix(const std::string& address, int prefix) {
    return address.empty() ? "" : fmt::format("{}/{}", address, prefix);
}

network::NetworkRequest room_request(const NetworkCreateRequest& request) {
    network::NetworkRequest result;
    result.name = request.name;
    result.enable_ipv4 = request.enable_ipv4.value_or(true);
    result.enable_ipv6 = request.enable_ipv6.value_or(false);
    result.internal = request.internal;
    result.attachable = request.attachable;
    result.options = request.options;
    result.labels = request.labels;
    for (const auto& pool : request.pools)
        result.subnets.push_back({pool.subnet, pool.gateway, pool.ip_range, pool.auxiliary_addresses});
    return result;
}

void refuse_the_impossible(const NetworkCreateRequest& request) {
    if (request.name.empty() || request.name.find('/') != std::string::npos)
        throw InvalidArgument("invalid name: {}", request.name.empty() ? "name is empty" : request.name);
    if (request.name == "default")
        throw Forbidden("operation is not permitted on predefined {} network ", request.name);
    if (!request.scope.empty() && request.scope != "local")
        throw Forbidden("cannot create network of scope {}: this node is not a swarm manager", request.scope);
    if (request.driver != "bridge" && !request.driver.empty()) {
        if (request.driver == "host" || request.driver == "null")
            throw Forbidden("only one instance of \"{}\" network is allowed", request.driver);
        throw NotFound("plugin \"{}\" not found", request.driver);
    }
    if (request.ingress) throw Forbidden("Ingress network can only be created on a swarm manager");
    if (request.config_only || !request.config_from.empty())
        throw NotImplemented("configuration-only networks are not supported");
    if (!request.ipam_driver.empty() && request.ipam_driver != "default")
        throw NotFound("plugin \"{}\" not found", request.ipam_driver);
    if (!request.ipam_options.empty())
        throw InvalidArgument("option {} of the default IPAM driver is not known",
                              request.ipam_options.begin()->first);
}

}  // namespace

Task<void> Networks::restore() {
    auto documents = co_await core_.pool.run([this] { return core_.store.networks().all(); });
    std::vector<network::Network> persisted;
    for (const auto& document : documents)
        persisted.push_back(json::read<network::Network>(document.document));
    auto make_predefined = [this, persisted] { return core_.network_room.predefined(persisted); };
    auto predefined = co_await core_.pool.run(std::move(make_predefined));
    for (auto& network : persisted) {
        if (!is_predefined(network.name)) {
            networks_.emplace(network.id, network);
            continue;
        }
        // One that the configuration has changed comes back under its name with another id, or not at all.
        auto same = [&](const network::Network& other) { return other.id == network.id; };
        if (std::ranges::any_of(predefined, same)) continue;
        auto forget = [this, id = network.id] { core_.store.networks().remove(id); };
        co_await core_.pool.run(std::move(forget));
    }
    for (auto& network : predefined) {
        networks_.insert_or_assign(network.id, network);
        co_await save(network);
        if (network.name == "bridge" && !network.subnets.empty())
            core_.host_gateway = network.subnets.front().gateway;
    }
}

Task<void> Networks::save(network::Network network) {
    store::Document document{network.id, network.name, json::write(network)};
    auto work = [this, document] { core_.store.networks().put(document); };
    co_await core_.pool.run(std::move(work));
}

const network::Network& Networks::get(const std::string& name) const {
    const network::Network* by_prefix = nullptr;
    for (const auto& [id, network] : networks_)
        if (network.name == name || id == name) return network;
    for (const auto& [id, network] : networks_) {
        if (name.empty() || !id.starts_with(name)) continue;
        if (by_prefix)
            throw InvalidArgument("network {} is ambiguous (2 matches found based on ID prefix)", name);
        by_prefix = &network;
    }
    if (!by_prefix) throw NotFound("network {} not found", name);
    return *by_prefix;
}

std::optional<Network> Networks::find(const std::string& id) const {
    auto found = networks_.find(id);
    if (found == networks_.end()) return std::nullopt;
    return show(found->second);
}

Network Networks::show(const network::Network& from) const {
    Network to;
    to.name = from.name;
    to.id = from.id;
    to.created = from.created;
    to.driver = json::name_of(from.driver);
    to.enable_ipv4 = from.enable_ipv4;
    to.enable_ipv6 = from.enable_ipv6;
    to.internal = from.internal;
    to.attachable = from.attachable;
    to.options = from.options;
    to.labels = from.labels;
    for (const auto& subnet : from.subnets)
        to.pools.push_back({subnet.subnet, subnet.ip_range, subnet.gateway, subnet.auxiliary_addresses});
    for (const auto& [id, container] : core_.registry.all()) {
        const auto& record = container->record;
        if (!container->alive()) continue;
        for (const auto& [name, settings] : record.networks) {
            if (settings.network_id != from.id) continue;
            to.containers[id] = {record.name, settings.endpoint_id, settings.shown_mac_address,
                                 with_prefix(settings.ip_address, settings.ip_prefix_len),
                                 with_prefix(settings.global_ipv6_address, settings.global_ipv6_prefix_len)};
        }
    }
    return to;
}

std::vector<Network> Networks::list(const Filters& filters) const {
    filters.require_known({"name", "id", "driver", "type", "scope", "label", "label!", "dangling"});
    auto dangling = filters.boolean("dangling");
    std::vector<Network> result;
    for (const auto& [id, network] : networks_) {
        bool predefined = is_predefined(network.name);
        if (!filters.matches_pattern("name", network.name) || !filters.matches_prefix("id", id)) continue;
        if (!filters.matches("driver", json::name_of(network.driver)) || !filters.matches("scope", "local"))
            continue;
        if (!filters.matches("type", predefined ? "builtin" : "custom") ||
            !filters.matches_labels(network.labels))
            continue;
        auto shown = show(network);
        if (dangling && *dangling != (shown.containers.empty() && !predefined)) continue;
        result.push_back(std::move(shown));
    }
    std::ranges::sort(result, {}, &Network::name);
    return result;
}

Network Networks::inspect(const std::string& name) const { return show(get(name)); }

void Networks::check_endpoint(const std::string& name, const EndpointSettings& settings) const {
    const auto& network = get(name);
    if (!settings.links.empty()) throw InvalidArgument("links are not supported");
    if (!settings.driver_opts.empty())
        throw InvalidArgument("driver option {} of an endpoint is not known",
                              settings.driver_opts.begin()->first);
    bool has_address = settings.ipam_config && (!settings.ipam_config->ipv4_address.empty() ||
                                                !settings.ipam_config->ipv6_address.empty());
    if (settings.ipam_config && !settings.ipam_config->link_local_ips.empty())
        throw InvalidArgument("link-local addresses of an endpoint are not supported");
    if (!is_predefined(network.name)) return;
    if (has_address)
        throw InvalidArgument("user specified IP address is supported on user defined networks only");
    if (!settings.aliases.empty())
        throw InvalidArgument(
            "network-scoped alias is supported only for containers in user defined networks");
}

Task<NetworkCreateResult> Networks::create(NetworkCreateRequest request) {
    refuse_the_impossible(request);
    for (const auto& [id, network] : networks_)
        if (network.name == request.name) throw Conflict("network with name {} already exists", request.name);
    auto wanted = room_request(request);
    auto make = [this, wanted] { return core_.network_room.create(wanted); };
    auto made = co_await core_.pool.run(std::move(make));
    networks_.emplace(made.id, made);
    std::exception_ptr failure;
    try {
        co_await save(made);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        networks_.erase(made.id);
        auto work = [this, id = made.id] { core_.network_room.remove(id); };
        co_await core_.pool.run(std::move(work));
        std::rethrow_exception(failure);
    }
    core_.events.publish("network", "create", made.id, {{"name", made.name}, {"type", "bridge"}});
    co_return NetworkCreateResult{made.id, ""};
}

Task<void> Networks::remove(std::string name) {
    auto network = get(name);
    if (is_predefined(network.name))
        throw Forbidden("{} is a pre-defined network and cannot be removed", network.name);
    if (auto shown = show(network); !shown.containers.empty())
        throw Forbidden("error while removing network: network {} has active endpoints", network.name);
    auto work = [this, id = network.id] {
        core_.network_room.remove(id);
        core_.store.networks().remove(id);
    };
    co_await core_.pool.run(std::move(work));
    networks_.erase(network.id);
    core_.events.publish("network", "destroy", network.id, {{"name", network.name}, {"type", "bridge"}});
}

Task<std::vector<std::string>> Networks::prune(Filters filters) {
    filters.require_known({"label", "label!", "until"});
    auto until = filters.until(now());
    std::vector<network::Network> unused;
    for (const auto& [id, network] : networks_) {
        auto named = [&, &own = network](const auto& entry) {
            return entry.second->record.networks.contains(own.name);
        };
        bool used = std::ranges::any_of(core_.registry.all(), named);
        if (!is_predefined(network.name) && !used && filters.matches_labels(network.labels) &&
            (!until || network.created < *until))
            unused.push_back(network);
    }
    std::vector<std::string> removed;
    for (const auto& network : unused) {
        try {
            co_await remove(network.id);
        } catch (const Error& error) {
            log::info("network {} is not pruned: {}", network.name, error.what());
            continue;
        }
        removed.push_back(network.name);
    }
    core_.events.publish("network", "prune", "", {{"reclaimed", "0"}});
    co_return removed;
}

Task<void> Networks::connect(std::string name, std::string container_name, EndpointSettings settings) {
    auto network = get(name);
    auto container = core_.registry.get(container_name);
    auto turn = co_await container->operation.lock();
    auto& record = container->record;
    const auto& mode = record.host_config.network_mode;
    if (mode == "host" || network.driver == network::Driver::host)
        throw Forbidden("container cannot be disconnected from host network or connected to host network");
    if (mode == "none" || network.driver == network::Driver::null || mode.starts_with("container:"))
        throw Forbidden(
            "container cannot be connected to multiple networks with one of the networks in private (none) "
            "mode");
    check_endpoint(network.name, settings);
    if (record.networks.contains(network.name))
        throw Forbidden("endpoint with name {} already exists in network {}", record.name, network.name);
    if (container->alive()) {
        settings.network_id = network.id;
        auto request = endpoint_request(record, settings, network.id);
        auto attach = [this, request] { return core_.network_room.attach(request); };
        auto endpoint = co_await core_.pool.run(std::move(attach));
        show_endpoint(settings, endpoint);
        record.endpoints.push_back(std::move(endpoint));
        core_.events.publish("network", "connect", network.id,
                             {{"container", record.id}, {"name", network.name}, {"type", "bridge"}});
    }
    record.networks.emplace(network.name, std::move(settings));
    co_await engine::save(core_, container, store::Durability::durable);
}

Task<void> Networks::disconnect(std::string name, std::string container_name, bool force) {
    auto network = get(name);
    LivePtr container;
    try {
        container = core_.registry.get(container_name);
    } catch (const NotFound&) {
        if (force) co_return;
        throw;
    }
    auto turn = co_await container->operation.lock();
    auto& record = container->record;
    if (network.driver == network::Driver::host)
        throw Forbidden("container cannot be disconnected from host network or connected to host network");
    if (!record.networks.contains(network.name))
        throw Forbidden("container {} is not connected to network {}", record.id, network.name);
    auto of_network = [&](const network::Endpoint& endpoint) { return endpoint.network_id == network.id; };
    auto endpoint = std::ranges::find_if(record.endpoints, of_network);
    if (endpoint != record.endpoints.end()) {
        auto id = endpoint->id;
        auto work = [this, id] { core_.network_room.disconnect(id); };
        co_await core_.pool.run(std::move(work));
        std::erase_if(record.endpoints, of_network);
        core_.events.publish("network", "disconnect", network.id,
                             {{"container", record.id}, {"name", network.name}, {"type", "bridge"}});
    }
    record.networks.erase(network.name);
    co_await engine::save(core_, container, store::Durability::durable);
}

}  // namespace dhow::engine
