#pragma once
// What a request for a network leaves open, decided. Pure: what the host uses is handed in.

#include <span>
#include <string>
#include <vector>

#include "linux/netlink/address.hpp"
#include "network/config.hpp"
#include "network/model.hpp"
#include "network/networks.hpp"

namespace dhow::network {

/// A network of driver bridge, complete.
/// @param used subnets that it must not overlap: other networks', and for a chosen one the host's, too
/// @param taken subnets of other networks: overlapping these is an error even when asked for by name
/// @throws InvalidArgument, Forbidden "Pool overlaps with other one on this address space"
Network plan_bridge(const NetworkRequest& request, const Config& config,
                    std::span<const linux::netlink::Prefix> used,
                    std::span<const linux::netlink::Prefix> taken);

/// The network "bridge" of the configuration. `former` is what it was at the last start: its id and, as long
/// as it overlaps nothing of `used`, its subnet are kept.
Network plan_default_bridge(const Config& config, const Network* former,
                            std::span<const linux::netlink::Prefix> used);

/// "host" and "none": nothing to decide but the id.
Network plan_builtin(const std::string& name, Driver driver, const Network* former);

/// The subnets of networks, as prefixes.
std::vector<linux::netlink::Prefix> subnets_of(const Network& network);

}  // namespace dhow::network
