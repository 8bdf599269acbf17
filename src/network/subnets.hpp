#pragma once
// Which subnet a network gets that names none.

#include <span>
#include <vector>

#include "linux/netlink/address.hpp"
#include "network/config.hpp"

namespace dhow::network {

/// Docker's: 172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/16 in parts of /20.
std::vector<AddressPool> default_address_pools();

/// The first IPv4 subnet of `pools` that overlaps none of `used`.
/// @throws Unavailable "could not find an available, non-overlapping IPv4 address pool among the defaults to
///     assign to the network".
linux::netlink::Prefix choose_subnet(std::span<const AddressPool> pools,
                                     std::span<const linux::netlink::Prefix> used);

/// A unique local /64 with a random global id (RFC 4193).
linux::netlink::Prefix random_local_subnet();

/// What this host uses: the subnets of its addresses and the destinations of its routes. Those of the bridge
/// `except` are left out.
std::vector<linux::netlink::Prefix> host_subnets(const std::string& except);

}  // namespace dhow::network
