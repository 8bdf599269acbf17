#include "network/plan.hpp"

#include <algorithm>
#include <charconv>

#include "base/error.hpp"
#include "base/random.hpp"
#include "linux/netlink/links.hpp"
#include "network/subnets.hpp"

namespace dhow::network {

using linux::netlink::IpAddress;
using linux::netlink::Prefix;

namespace {

constexpr std::string_view option_name = "com.docker.network.bridge.name";
constexpr std::string_view option_icc = "com.docker.network.bridge.enable_icc";
constexpr std::string_view option_masquerade = "com.docker.network.bridge.enable_ip_masquerade";
constexpr std::string_view option_host_binding = "com.docker.network.bridge.host_binding_ipv4";
constexpr std::string_view option_mtu = "com.docker.network.driver.mtu";
constexpr std::string_view option_default = "com.docker.network.bridge.default_bridge";

bool read_bool(const std::string& name, const std::string& value) {
    if (value == "true" || value == "1") return true;
    if (value == "false" || value == "0") return false;
    throw InvalidArgument("invalid value for option {}: {} is neither true nor false", name, value);
}

std::uint32_t read_mtu(const std::string& value) {
    std::uint32_t mtu = 0;
    auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), mtu);
    // The least that IPv4 allows, and the most that an interface takes.
    if (error != std::errc{} || end != value.data() + value.size() || mtu < 68 || mtu > 65535)
        throw InvalidArgument("invalid MTU: {}", value);
    return mtu;
}

void check_interface_name(const std::string& name) {
    auto bad = [](char c) { return c == '/' || c == ':' || c == '"' || c <= ' ' || c > '~'; };
    if (name.empty() || name == "." || name == ".." || name.size() > linux::netlink::interface_name_limit ||
        std::ranges::any_of(name, bad))
        throw InvalidArgument("invalid interface name: {}", name);
}

void apply_options(Network& network) {
    for (const auto& [name, value] : network.options) {
        if (name == option_name)
            network.bridge = value;
        else if (name == option_icc)
            network.icc = read_bool(name, value);
        else if (name == option_masquerade)
            network.masquerade = read_bool(name, value);
        else if (name == option_host_binding)
            network.host_binding_ipv4 = IpAddress::parse(value).text();
        else if (name == option_mtu)
            network.mtu = read_mtu(value);
        else if (name != option_default)
            throw InvalidArgument("unknown option {} for a network of driver bridge", name);
    }
    check_interface_name(network.bridge);
}

/// Checks a subnet that was asked for, and gives it a gateway: the first address of its range that is free.
Subnet complete(const Subnet& asked, bool internal) {
    auto subnet = Prefix::parse(asked.subnet);
    if (subnet.address != subnet.first())
        throw InvalidArgument("invalid subnet {}: it should be {}", asked.subnet, subnet.subnet().text());
    Subnet result = asked;
    result.subnet = subnet.text();
    auto within = [&](const char* what, const IpAddress& address) {
        if (!subnet.contains(address))
            throw InvalidArgument("no matching subnet for {} {}", what, address.text());
    };
    Prefix range = subnet;
    if (!asked.ip_range.empty()) {
        range = Prefix::parse(asked.ip_range).subnet();
        within("range", range.address);
        if (range.length < subnet.length)
            throw InvalidArgument("no matching subnet for range {}", range.text());
        result.ip_range = range.text();
    }
    for (const auto& [name, address] : asked.auxiliary_addresses)
        within("aux-address", IpAddress::parse(address));
    if (!asked.gateway.empty()) {
        auto gateway = IpAddress::parse(asked.gateway);
        within("gateway", gateway);
        result.gateway = gateway.text();
    } else if (!internal || range.length == subnet.length) {
        auto gateway = range.first() == subnet.first() ? range.first().plus(1) : range.first();
        while (std::ranges::any_of(asked.auxiliary_addresses, [&](const auto& entry) {
            return IpAddress::parse(entry.second) == gateway;
        }))
            gateway = gateway.plus(1);
        within("gateway", gateway);
        result.gateway = gateway.text();
    }
    return result;
}

bool overlaps_any(const Prefix& subnet, std::span<const Prefix> others) {
    return std::ranges::any_of(others, [&](const Prefix& other) { return subnet.overlaps(other); });
}

bool has_family(const Network& network, bool six) {
    return std::ranges::any_of(network.subnets, [&](const Subnet& subnet) {
        return Prefix::parse(subnet.subnet).address.is_v6() == six;
    });
}

std::vector<AddressPool> pools_of(const Config& config) {
    return config.address_pools.empty() ? default_address_pools() : config.address_pools;
}

void add_options_of_default(Network& network, const Config& config) {
    auto text = [](bool value) { return std::string(value ? "true" : "false"); };
    network.options = {
        {std::string(option_default), "true"},
        {std::string(option_icc), text(config.icc)},
        {std::string(option_masquerade), text(config.masquerade)},
        {std::string(option_host_binding), config.host_address.empty() ? "0.0.0.0" : config.host_address},
        {std::string(option_name), network.bridge},
        {std::string(option_mtu), std::to_string(config.mtu)}};
}

/// IPv4 of the default bridge: as configured, else as it was, else chosen.
Subnet default_subnet(const Config& config, const Network* former, std::span<const Prefix> used) {
    const auto& wanted = config.default_bridge;
    Subnet subnet;
    if (!wanted.bip.empty()) {
        auto address = Prefix::parse(wanted.bip);
        subnet.subnet = address.subnet().text();
        subnet.gateway = address.address.text();
    } else if (!wanted.fixed_cidr.empty()) {
        subnet.subnet = Prefix::parse(wanted.fixed_cidr).subnet().text();
    } else if (former && has_family(*former, false)) {
        for (const auto& old : former->subnets)
            if (auto prefix = Prefix::parse(old.subnet);
                !prefix.address.is_v6() && !overlaps_any(prefix, used))
                subnet.subnet = old.subnet;
    }
    if (subnet.subnet.empty()) subnet.subnet = choose_subnet(pools_of(config), used).text();
    if (!wanted.fixed_cidr.empty()) subnet.ip_range = Prefix::parse(wanted.fixed_cidr).subnet().text();
    if (subnet.ip_range == subnet.subnet) subnet.ip_range.clear();
    if (!wanted.default_gateway.empty())
        subnet.auxiliary_addresses["DefaultGatewayIPv4"] = wanted.default_gateway;
    return complete(subnet, false);
}

Subnet default_subnet_v6(const Config& config, const Network* former) {
    const auto& wanted = config.default_bridge;
    Subnet subnet;
    if (!wanted.bip6.empty()) {
        auto address = Prefix::parse(wanted.bip6);
        subnet.subnet = address.subnet().text();
        subnet.gateway = address.address.text();
    }
    if (!wanted.fixed_cidr_v6.empty()) {
        auto range = Prefix::parse(wanted.fixed_cidr_v6).subnet().text();
        if (subnet.subnet.empty()) subnet.subnet = range;
        if (range != subnet.subnet) subnet.ip_range = range;
    }
    if (subnet.subnet.empty() && former)
        for (const auto& old : former->subnets)
            if (Prefix::parse(old.subnet).address.is_v6()) subnet.subnet = old.subnet;
    if (subnet.subnet.empty()) subnet.subnet = random_local_subnet().text();
    if (!wanted.default_gateway_v6.empty())
        subnet.auxiliary_addresses["DefaultGatewayIPv6"] = wanted.default_gateway_v6;
    return complete(subnet, false);
}

}  // namespace

std::vector<Prefix> subnets_of(const Network& network) {
    std::vector<Prefix> result;
    for (const auto& subnet : network.subnets) result.push_back(Prefix::parse(subnet.subnet).subnet());
    return result;
}

Network plan_bridge(const NetworkRequest& request, const Config& config, std::span<const Prefix> used,
                    std::span<const Prefix> taken) {
    Network network;
    network.id = random_hex(32);
    network.name = request.name;
    network.created = now();
    network.enable_ipv4 = request.enable_ipv4;
    network.enable_ipv6 = request.enable_ipv6;
    network.internal = request.internal;
    network.attachable = request.attachable;
    network.options = request.options;
    network.labels = request.labels;
    network.bridge = "br-" + network.id.substr(0, 12);
    network.mtu = config.mtu;
    apply_options(network);
    if (!network.enable_ipv4 && !network.enable_ipv6) throw InvalidArgument("IPv4 or IPv6 must be enabled");
    for (const auto& asked : request.subnets) {
        if (asked.subnet.empty()) throw InvalidArgument("an address pool needs a subnet");
        auto subnet = complete(asked, request.internal);
        auto prefix = Prefix::parse(subnet.subnet);
        if (prefix.address.is_v6() ? !network.enable_ipv6 : !network.enable_ipv4)
            throw InvalidArgument("the subnet {} is of a family that the network does not have",
                                  subnet.subnet);
        if (overlaps_any(prefix, taken) || overlaps_any(prefix, subnets_of(network)))
            throw Forbidden("Pool overlaps with other one on this address space");
        network.subnets.push_back(std::move(subnet));
    }
    if (network.enable_ipv4 && !has_family(network, false))
        network.subnets.insert(network.subnets.begin(),
                               complete({choose_subnet(pools_of(config), used).text()}, request.internal));
    if (network.enable_ipv6 && !has_family(network, true))
        network.subnets.push_back(complete({random_local_subnet().text()}, request.internal));
    return network;
}

Network plan_default_bridge(const Config& config, const Network* former, std::span<const Prefix> used) {
    Network network = plan_builtin("bridge", Driver::bridge, former);
    network.bridge = config.default_bridge.interface;
    check_interface_name(network.bridge);
    network.mtu = config.mtu;
    network.icc = config.icc;
    network.masquerade = config.masquerade;
    network.host_binding_ipv4 = config.host_address;
    network.enable_ipv6 = config.default_bridge.ipv6;
    add_options_of_default(network, config);
    network.subnets = {default_subnet(config, former, used)};
    if (network.enable_ipv6) network.subnets.push_back(default_subnet_v6(config, former));
    return network;
}

Network plan_builtin(const std::string& name, Driver driver, const Network* former) {
    Network network;
    network.id = former ? former->id : random_hex(32);
    network.name = name;
    network.driver = driver;
    network.created = former ? former->created : now();
    network.mtu = 0;
    return network;
}

}  // namespace dhow::network
