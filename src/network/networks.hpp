#pragma once
// Networks, as the engine uses them: bridges, namespaces, endpoints on them and published ports.
//
// Every call blocks (run it on the pool) and may be made from any thread. A call either does all it says or
// throws and leaves nothing behind. Nothing here is persisted: the engine keeps Networks, Endpoints and
// published ports, and hands them to `restore` at its next start. Memory and kernel are brought together by
// that call, so a daemon that was killed at any moment leaves nothing that its successor does not own.
//
// A container's way:  take_sandbox -> attach (once a network) -> publish -> ... -> release_sandbox.
// Releasing drops the endpoints, ports and addresses at once; the kernel takes the interfaces down with the
// namespace, later, which is what makes `rm -f` fast.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "network/config.hpp"
#include "network/model.hpp"

namespace dhow::network {

/// What `network create` asks for; what is left open is chosen.
struct NetworkRequest {
    std::string name;
    Driver driver = Driver::bridge;
    bool enable_ipv4 = true;
    bool enable_ipv6 = false;
    bool internal = false;
    bool attachable = false;
    std::vector<Subnet> subnets;  ///< may lack gateways; may be empty
    /// com.docker.network.bridge.{name,enable_icc,enable_ip_masquerade,host_binding_ipv4},
    /// com.docker.network.driver.mtu; any other is refused.
    std::map<std::string, std::string> options;
    std::map<std::string, std::string> labels;
};

/// A network namespace of a container: path is what its processes join.
struct Sandbox {
    std::string id;    ///< 12 hex digits; the container's from now on
    std::string path;  ///< <exec_root>/netns/<id>: docker's SandboxKey
};

struct EndpointRequest {
    std::string network_id;
    std::string sandbox_id;
    std::string container_id;
    std::string container_name;
    std::string ipv4_address;  ///< empty: the next free one
    std::string ipv6_address;
    std::string mac_address;  ///< empty: made of the IPv4 address, as docker does
    std::vector<std::string> aliases;
    /// The endpoint with the highest has the default route; the first attached among equals.
    int gateway_priority = 0;
};

/// What lives, for `restore`.
struct Live {
    struct Container {
        std::string sandbox_id;
        std::vector<Endpoint> endpoints;
        std::vector<PublishedPort> ports;  ///< of the endpoint that has the gateway
    };
    std::vector<Network> networks;      ///< all that exist, host and null too
    std::vector<Container> containers;  ///< that run
};

/// What `restore` found, for the daemon's log. Every line says one thing that was wrong.
struct RestoreReport {
    std::vector<std::string> removed;  ///< owned by no container
    std::vector<std::string> added;    ///< owned but missing
    std::vector<std::string> failed;   ///< what could not be brought back, and why
};

class Networks {
  public:
    /// Starts to fill the pool of namespaces. Touches no bridge and no firewall yet.
    explicit Networks(Config config);
    /// Leaves containers and their ports as they are; gives up unused namespaces and the relay.
    ~Networks();
    Networks(const Networks&) = delete;

    // --- networks

    /// The three that always exist ("bridge", "host", "none"), as the configuration has them: call it once
    /// at the first start and persist them; later, hand the persisted ones to `restore`. Only the bridge's
    /// subnet is a choice, and it is made anew when it no longer fits the configuration.
    std::vector<Network> predefined(const std::vector<Network>& persisted);

    /// Decides all that a request leaves open, makes the bridge and its rules.
    /// @throws InvalidArgument, Forbidden "Pool overlaps with other one on this address space", Conflict.
    Network create(const NetworkRequest& request);

    /// Removes bridge and rules. @throws Forbidden while endpoints are on it.
    void remove(const std::string& network_id);

    // --- containers

    /// A namespace with loopback up, out of the pool where one is ready (0.02 ms) or made now (1 ms).
    Sandbox take_sandbox();

    /// Drops the namespace with its endpoints, addresses and ports. Unknown ids are ignored.
    void release_sandbox(const std::string& sandbox_id) noexcept;

    /// Puts a sandbox on a network of driver bridge: 1.1-1.6 ms. The network's bridge is made where it is
    /// missing (the default one is made on first need).
    /// @throws InvalidArgument, NotFound, Conflict "Address already in use",
    ///     Unavailable "no available IPv4 addresses on this network's address pools: ...".
    Endpoint attach(const EndpointRequest& request);

    /// Takes a running container off a network; its interface goes away (20-40 ms). Ports published on it go
    /// too.
    void disconnect(const std::string& endpoint_id);

    /// Publishes all or none. Ports without host address are bound on 0.0.0.0 and, where the container can
    /// be reached that way, on "::" with the same number.
    /// @return one entry a binding, in the order of the requests, IPv4 first.
    /// @throws Conflict with docker's text: "driver failed programming external connectivity on endpoint
    ///     NAME (ID): Bind for 0.0.0.0:80 failed: port is already allocated", or "... failed to bind host
    ///     port for 0.0.0.0:80:172.17.0.2:80/tcp: address already in use".
    std::vector<PublishedPort> publish(const Endpoint& endpoint, const std::vector<PortRequest>& ports);

    // --- after a start

    /// Takes over what a former daemon left: keeps what `live` owns, removes what nobody owns, adds what is
    /// missing. Once, before any other call but `predefined`.
    RestoreReport restore(const Live& live);

    /// Puts back what is missing of the firewall and of the bridges in use, for instance after an admin
    /// flushed the ruleset; running connections go on. 0.3 ms when nothing was.
    /// @return what was wrong, one thing a line.
    std::vector<std::string> repair();

    struct State;  ///< the room's own

  private:
    std::unique_ptr<State> state_;
};

}  // namespace dhow::network
