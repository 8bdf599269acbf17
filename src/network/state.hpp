#pragma once
// What Networks remembers: private to the room.

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "network/bridge.hpp"
#include "network/firewall.hpp"
#include "network/ipam.hpp"
#include "network/networks.hpp"
#include "network/ports.hpp"
#include "network/relay.hpp"
#include "network/sandboxes.hpp"
#include "network/watch.hpp"

namespace dhow::network {

/// An endpoint and all that goes with it when it goes.
struct AttachedEndpoint {
    Endpoint endpoint;
    std::vector<HeldPort> held;
    std::vector<PortMapping> mappings;
    std::vector<std::uint64_t> relayed;
};

struct AttachedSandbox {
    std::shared_ptr<OpenSandbox> open;
    std::vector<std::unique_ptr<AttachedEndpoint>> endpoints;
};

struct KnownNetwork {
    Network network;
    std::vector<AddressAllocator> allocators;  ///< one a subnet
    bool up = false;                           ///< its bridge and rules are made
};

/// `mutex` guards the maps; it is not held over calls into the kernel. Calls about one sandbox follow one
/// another, which the engine sees to; so an endpoint that was found stays while its caller works on it.
struct Networks::State {
    explicit State(Config given);

    KnownNetwork& network(const std::string& id);
    AttachedSandbox& sandbox(const std::string& id);
    /// Registers a network with its allocators; gateways and auxiliary addresses are taken.
    KnownNetwork& add_network(const Network& network);

    /// Makes bridge and rules, where they are not. Call without `mutex`.
    void bring_up(const std::string& network_id);

    /// Gives an endpoint's ports back. Call without `mutex`.
    void unpublish(AttachedEndpoint& endpoint) noexcept;
    /// Gives its addresses back. Call with `mutex`.
    void free_addresses(const Endpoint& endpoint) noexcept;
    /// The endpoint of a sandbox that has the default route. Call with `mutex`.
    static const AttachedEndpoint* gateway_of(const AttachedSandbox& sandbox);

    Config config;
    Sandboxes sandboxes;
    Firewall firewall;
    PortAllocator ports;
    Relay relay;

    std::mutex mutex;
    std::map<std::string, KnownNetwork> networks;     ///< by id
    std::map<std::string, AttachedSandbox> attached;  ///< by sandbox id
    std::mutex bringing_up;                           ///< one bridge at a time
    std::unique_ptr<FirewallWatch> watch;
};

/// The default routes that an endpoint gives its sandbox.
DefaultRoutes routes_of(const Endpoint& endpoint);

}  // namespace dhow::network
