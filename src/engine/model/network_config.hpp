#pragma once
// A container's place in a network: what was asked for, and what it got.
// Source: Engine API 1.51, EndpointSettings and NetworkingConfig.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dhow::engine {

struct EndpointIpam {
    std::string ipv4_address;
    std::string ipv6_address;
    std::vector<std::string> link_local_ips;
};

struct EndpointSettings {
    // What was asked for.
    std::optional<EndpointIpam> ipam_config;
    std::vector<std::string> links;
    std::string mac_address;  ///< asked for
    std::vector<std::string> aliases;
    std::map<std::string, std::string> driver_opts;
    std::int64_t gw_priority = 0;

    // What it has while it runs.
    std::string network_id;
    std::string endpoint_id;
    std::string gateway;
    std::string ip_address;
    int ip_prefix_len = 0;
    std::string ipv6_gateway;
    std::string global_ipv6_address;
    int global_ipv6_prefix_len = 0;
    std::string shown_mac_address;  ///< what the API shows as MacAddress
    std::vector<std::string> dns_names;
};

/// Network name to its endpoint.
struct NetworkingConfig {
    std::map<std::string, std::optional<EndpointSettings>> endpoints_config;
};

}  // namespace dhow::engine
