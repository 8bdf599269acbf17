#pragma once
// /networks

#include "wire/endpoint.hpp"

namespace dhow::wire {

struct IpamPool {
    std::string subnet;
    std::string ip_range;
    std::string gateway;
    std::map<std::string, std::string> auxiliary_addresses;
};

struct Ipam {
    std::string driver;
    std::map<std::string, std::string> options;
    std::vector<IpamPool> config;
};

struct ConfigReference {
    std::string network;
};

/// A container in a network's inspect.
struct NetworkContainer {
    std::string name;
    std::string endpoint_id;
    std::string mac_address;
    std::string ipv4_address;  ///< with its prefix length
    std::string ipv6_address;
};

struct Network {
    std::string name;
    std::string id;
    std::string created;
    std::string scope;
    std::string driver;
    bool enable_ipv4 = true;
    bool enable_ipv6 = false;
    Ipam ipam;
    bool internal = false;
    bool attachable = false;
    bool ingress = false;
    ConfigReference config_from;
    bool config_only = false;
    std::map<std::string, NetworkContainer> containers;  ///< by container id; empty in a list
    std::map<std::string, std::string> options;
    std::map<std::string, std::string> labels;
};

struct NetworkCreate {
    std::string name;
    std::optional<bool> check_duplicate;
    std::string driver;
    std::string scope;
    std::optional<bool> enable_ipv4;
    std::optional<bool> enable_ipv6;
    std::optional<Ipam> ipam;
    bool internal = false;
    bool attachable = false;
    bool ingress = false;
    bool config_only = false;
    std::optional<ConfigReference> config_from;
    std::map<std::string, std::string> options;
    std::map<std::string, std::string> labels;
};

struct NetworkCreateResponse {
    std::string id;
    std::string warning;
};

struct NetworkConnect {
    std::string container;
    std::optional<EndpointSettings> endpoint_config;
};

struct NetworkDisconnect {
    std::string container;
    bool force = false;
};

struct NetworksPruned {
    std::vector<std::string> networks_deleted;
};

}  // namespace dhow::wire

namespace dhow::json {

template <>
struct Members<wire::IpamPool> {
    static constexpr auto list = std::tuple{
        member("Subnet", &wire::IpamPool::subnet, omit_empty),
        member("IPRange", &wire::IpamPool::ip_range, omit_empty),
        member("Gateway", &wire::IpamPool::gateway, omit_empty),
        member("AuxiliaryAddresses", &wire::IpamPool::auxiliary_addresses, omit_empty),
    };
};

template <>
struct Members<wire::Ipam> {
    static constexpr auto list = std::tuple{
        member("Driver", &wire::Ipam::driver),
        member("Options", &wire::Ipam::options, null_empty),
        member("Config", &wire::Ipam::config),
    };
};

template <>
struct Members<wire::ConfigReference> {
    static constexpr auto list = std::tuple{member("Network", &wire::ConfigReference::network)};
};

template <>
struct Members<wire::NetworkContainer> {
    static constexpr auto list = std::tuple{
        member("Name", &wire::NetworkContainer::name),
        member("EndpointID", &wire::NetworkContainer::endpoint_id),
        member("MacAddress", &wire::NetworkContainer::mac_address),
        member("IPv4Address", &wire::NetworkContainer::ipv4_address),
        member("IPv6Address", &wire::NetworkContainer::ipv6_address),
    };
};

template <>
struct Members<wire::Network> {
    static constexpr auto list = std::tuple{
        member("Name", &wire::Network::name),
        member("Id", &wire::Network::id),
        member("Created", &wire::Network::created),
        member("Scope", &wire::Network::scope),
        member("Driver", &wire::Network::driver),
        member("EnableIPv4", &wire::Network::enable_ipv4),
        member("EnableIPv6", &wire::Network::enable_ipv6),
        member("IPAM", &wire::Network::ipam),
        member("Internal", &wire::Network::internal),
        member("Attachable", &wire::Network::attachable),
        member("Ingress", &wire::Network::ingress),
        member("ConfigFrom", &wire::Network::config_from),
        member("ConfigOnly", &wire::Network::config_only),
        member("Containers", &wire::Network::containers),
        member("Options", &wire::Network::options),
        member("Labels", &wire::Network::labels),
    };
};

template <>
struct Members<wire::NetworkCreate> {
    static constexpr auto list = std::tuple{
        member("Name", &wire::NetworkCreate::name),
        member("CheckDuplicate", &wire::NetworkCreate::check_duplicate, omit_empty),
        member("Driver", &wire::NetworkCreate::driver),
        member("Scope", &wire::NetworkCreate::scope),
        member("EnableIPv4", &wire::NetworkCreate::enable_ipv4, omit_empty),
        member("EnableIPv6", &wire::NetworkCreate::enable_ipv6, omit_empty),
        member("IPAM", &wire::NetworkCreate::ipam),
        member("Internal", &wire::NetworkCreate::internal),
        member("Attachable", &wire::NetworkCreate::attachable),
        member("Ingress", &wire::NetworkCreate::ingress),
        member("ConfigOnly", &wire::NetworkCreate::config_only),
        member("ConfigFrom", &wire::NetworkCreate::config_from),
        member("Options", &wire::NetworkCreate::options),
        member("Labels", &wire::NetworkCreate::labels),
    };
};

template <>
struct Members<wire::NetworkCreateResponse> {
    static constexpr auto list = std::tuple{member("Id", &wire::NetworkCreateResponse::id),
                                            member("Warning", &wire::NetworkCreateResponse::warning)};
};

template <>
struct Members<wire::NetworkConnect> {
    static constexpr auto list =
        std::tuple{member("Container", &wire::NetworkConnect::container),
                   member("EndpointConfig", &wire::NetworkConnect::endpoint_config, omit_empty)};
};

template <>
struct Members<wire::NetworkDisconnect> {
    static constexpr auto list = std::tuple{member("Container", &wire::NetworkDisconnect::container),
                                            member("Force", &wire::NetworkDisconnect::force)};
};

template <>
struct Members<wire::NetworksPruned> {
    static constexpr auto list =
        std::tuple{member("NetworksDeleted", &wire::NetworksPruned::networks_deleted, null_empty)};
};

}  // namespace dhow::json
