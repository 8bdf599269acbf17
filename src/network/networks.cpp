#include "network/networks.hpp"

#include <algorithm>

#include "base/defer.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/random.hpp"
#include "network/model_json.hpp"
#include "network/plan.hpp"
#include "network/state.hpp"
#include "network/subnets.hpp"

namespace dhow::network {

namespace netlink = linux::netlink;

Networks::State::State(Config given)
    : config(std::move(given)),
      sandboxes(config.exec_root / "netns", config.ready_sandboxes),
      firewall(config.firewall_table) {}

KnownNetwork& Networks::State::network(const std::string& id) {
    auto found = networks.find(id);
    if (found == networks.end()) throw NotFound("network {} not found", id);
    return found->second;
}

AttachedSandbox& Networks::State::sandbox(const std::string& id) {
    auto found = attached.find(id);
    if (found == attached.end()) throw NotFound("sandbox {} not found", id);
    return found->second;
}

KnownNetwork& Networks::State::add_network(const Network& network) {
    KnownNetwork known{network, {}, false};
    for (const auto& subnet : network.subnets) {
        auto prefix = Prefix::parse(subnet.subnet);
        auto& allocator = known.allocators.emplace_back(
            prefix, subnet.ip_range.empty() ? prefix : Prefix::parse(subnet.ip_range));
        std::set<IpAddress> never;
        if (!subnet.gateway.empty()) never.insert(IpAddress::parse(subnet.gateway));
        for (const auto& [name, address] : subnet.auxiliary_addresses)
            never.insert(IpAddress::parse(address));
        for (const auto& address : never) allocator.reserve(address);
    }
    return networks.insert_or_assign(network.id, std::move(known)).first->second;
}

void Networks::State::bring_up(const std::string& network_id) {
    std::scoped_lock one_at_a_time(bringing_up);
    Network network_copy;
    {
        std::scoped_lock lock(mutex);
        network_copy = network(network_id).network;
    }
    // The rules first: a bridge is never there without what guards it.
    if (config.firewall) firewall.add(elements_of(network_copy));
    netlink::Socket host;
    ensure_bridge(host, network_copy, network_copy.bridge == config.default_bridge.interface,
                  config.firewall_table);
    if (config.ip_forward) enable_forwarding(network_copy.enable_ipv6);
    std::scoped_lock lock(mutex);
    network(network_id).up = true;
}

void Networks::State::free_addresses(const Endpoint& endpoint) noexcept {
    auto found = networks.find(endpoint.network_id);
    if (found == networks.end()) return;
    for (const auto* text : {&endpoint.ipv4_address, &endpoint.ipv6_address}) {
        auto address = IpAddress::find(*text);
        if (!address) continue;
        for (auto& allocator : found->second.allocators)
            if (allocator.subnet().contains(*address)) allocator.free(*address);
    }
}

const AttachedEndpoint* Networks::State::gateway_of(const AttachedSandbox& sandbox) {
    const AttachedEndpoint* best = nullptr;
    for (const auto& attached : sandbox.endpoints) {
        const auto& endpoint = attached->endpoint;
        if (endpoint.ipv4_gateway.empty() && endpoint.ipv6_gateway.empty()) continue;
        if (!best || endpoint.gateway_priority > best->endpoint.gateway_priority) best = attached.get();
    }
    return best;
}

DefaultRoutes routes_of(const Endpoint& endpoint) {
    return {endpoint.interface, IpAddress::find(endpoint.ipv4_gateway),
            IpAddress::find(endpoint.ipv6_gateway)};
}

Networks::Networks(Config config) : state_(std::make_unique<State>(std::move(config))) {
    if (!state_->config.firewall || !state_->config.watch_firewall) return;
    try {
        state_->watch = std::make_unique<FirewallWatch>(state_->config.firewall_table, [this] {
            try {
                repair();
            } catch (const Error&) {
                // The next change of the firewall meets the same fault, and tells its caller.
            }
        });
    } catch (const SystemError&) {
        // A kernel without nf_tables: the first rule says so.
    }
}
Networks::~Networks() { state_->watch.reset(); }

std::vector<Network> Networks::predefined(const std::vector<Network>& persisted) {
    auto former = [&](const std::string& name) -> const Network* {
        auto found = std::ranges::find(persisted, name, &Network::name);
        return found == persisted.end() ? nullptr : &*found;
    };
    const auto& config = state_->config;
    std::vector<Network> result;
    if (!config.without_default_bridge) {
        auto used = host_subnets(config.default_bridge.interface);
        for (const auto& network : persisted)
            if (network.name != "bridge") std::ranges::copy(subnets_of(network), std::back_inserter(used));
        result.push_back(plan_default_bridge(config, former("bridge"), used));
    }
    result.push_back(plan_builtin("host", Driver::host, former("host")));
    result.push_back(plan_builtin("none", Driver::null, former("none")));
    std::scoped_lock lock(state_->mutex);
    for (const auto& network : result) state_->add_network(network);
    return result;
}

Network Networks::create(const NetworkRequest& request) {
    auto& state = *state_;
    if (request.driver != Driver::bridge)
        throw Forbidden("only one instance of \"{}\" network is allowed", json::name_of(request.driver));
    auto used = host_subnets("");
    Network network;
    {
        std::scoped_lock lock(state.mutex);
        std::vector<Prefix> taken;
        for (const auto& [id, known] : state.networks)
            std::ranges::copy(subnets_of(known.network), std::back_inserter(taken));
        std::ranges::copy(taken, std::back_inserter(used));
        network = plan_bridge(request, state.config, used, taken);
        for (const auto& [id, known] : state.networks)
            if (known.network.bridge == network.bridge)
                throw Conflict("bridge name {} is used by network {}", network.bridge, known.network.name);
        state.add_network(network);
    }
    Defer undo([&] {
        std::scoped_lock lock(state.mutex);
        state.networks.erase(network.id);
    });
    try {
        state.bring_up(network.id);
    } catch (const Error&) {
        if (state.config.firewall) state.firewall.remove(elements_of(network));
        throw;
    }
    undo.cancel();
    return network;
}

void Networks::remove(const std::string& network_id) {
    auto& state = *state_;
    std::scoped_lock one_at_a_time(state.bringing_up);
    Network network;
    {
        std::scoped_lock lock(state.mutex);
        network = state.network(network_id).network;
        for (const auto& [id, sandbox] : state.attached)
            for (const auto& attached : sandbox.endpoints)
                if (attached->endpoint.network_id == network_id)
                    throw Forbidden("error while removing network: network {} id {} has active endpoints",
                                    network.name, network.id);
        state.networks.erase(network_id);
    }
    if (network.driver != Driver::bridge) return;
    netlink::Socket host;
    remove_bridge(host, network.bridge, state.config.firewall_table);
    if (state.config.firewall) state.firewall.remove(elements_of(network));
}

Sandbox Networks::take_sandbox() {
    auto open = state_->sandboxes.take();
    Sandbox sandbox{open->id, open->path.string()};
    std::scoped_lock lock(state_->mutex);
    state_->attached[sandbox.id].open = std::move(open);
    return sandbox;
}

void Networks::release_sandbox(const std::string& sandbox_id) noexcept {
    AttachedSandbox gone;
    {
        std::scoped_lock lock(state_->mutex);
        auto found = state_->attached.find(sandbox_id);
        if (found == state_->attached.end()) return;
        gone = std::move(found->second);
        state_->attached.erase(found);
    }
    for (auto& attached : gone.endpoints) state_->unpublish(*attached);
    {
        std::scoped_lock lock(state_->mutex);
        for (const auto& attached : gone.endpoints) state_->free_addresses(attached->endpoint);
    }
    if (gone.open)
        state_->sandboxes.release(std::move(gone.open));
    else
        state_->sandboxes.release(sandbox_id);
}

}  // namespace dhow::network
