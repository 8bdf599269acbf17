#pragma once
// Networks, as the Engine API shows them: the three that always exist (bridge, host, none) and those that
// users make. What they are made of is room `network`; who is on them, and the events, is here.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/async/task.hpp"
#include "engine/model/filters.hpp"
#include "engine/model/network_config.hpp"
#include "network/model.hpp"

namespace dhow::engine {

struct Core;

struct IpamPool {
    std::string subnet;
    std::string ip_range;
    std::string gateway;
    std::map<std::string, std::string> auxiliary_addresses;
};

struct NetworkCreateRequest {
    std::string name;
    std::string driver;  ///< empty: "bridge"
    std::string scope;   ///< empty or "local"
    bool internal = false;
    bool attachable = false;
    bool ingress = false;
    bool config_only = false;
    std::string config_from;
    std::optional<bool> enable_ipv4;
    std::optional<bool> enable_ipv6;
    std::string ipam_driver;  ///< empty: "default"
    std::map<std::string, std::string> ipam_options;
    std::vector<IpamPool> pools;
    std::map<std::string, std::string> options;
    std::map<std::string, std::string> labels;
};

struct NetworkCreateResult {
    std::string id;
    std::string warning;
};

/// One container on a network.
struct NetworkEndpoint {
    std::string name;  ///< the container's
    std::string endpoint_id;
    std::string mac_address;
    std::string ipv4_address;  ///< with its prefix length: "172.17.0.2/16"
    std::string ipv6_address;
};

struct Network {
    std::string name;
    std::string id;
    Timestamp created;
    std::string scope = "local";
    std::string driver;
    bool enable_ipv4 = true;
    bool enable_ipv6 = false;
    bool internal = false;
    bool attachable = false;
    std::string ipam_driver = "default";
    std::map<std::string, std::string> ipam_options;
    std::vector<IpamPool> pools;
    std::map<std::string, NetworkEndpoint> containers;  ///< by container id
    std::map<std::string, std::string> options;
    std::map<std::string, std::string> labels;
};

class Networks {
  public:
    explicit Networks(Core& core) : core_(core) {}
    Networks(const Networks&) = delete;

    /// Filters: name, id, driver, type (custom, builtin), scope, label, dangling.
    std::vector<Network> list(const Filters& filters) const;
    /// By name, id or unique prefix of an id. @throws NotFound "network x not found".
    Network inspect(const std::string& name) const;

    /// @throws Conflict "network with name x already exists"; InvalidArgument, NotImplemented.
    Task<NetworkCreateResult> create(NetworkCreateRequest request);
    /// @throws Forbidden for the three that always exist, or while containers are on it.
    Task<void> remove(std::string name);
    /// Filters: label, label!, until. @return the names of those removed.
    Task<std::vector<std::string>> prune(Filters filters);

    Task<void> connect(std::string network, std::string container, EndpointSettings settings);
    Task<void> disconnect(std::string network, std::string container, bool force);

    // For the engine itself.

    /// Reads all from the database; makes the three that always exist.
    Task<void> restore();
    std::optional<Network> find(const std::string& id) const;
    /// Whether settings are possible on a network. @throws InvalidArgument in docker's words.
    void check_endpoint(const std::string& network, const EndpointSettings& settings) const;
    const std::map<std::string, network::Network>& all() const { return networks_; }

  private:
    const network::Network& get(const std::string& name) const;
    Network show(const network::Network& network) const;
    Task<void> save(network::Network network);

    Core& core_;
    std::map<std::string, network::Network> networks_;  // by id
};

}  // namespace dhow::engine
