#pragma once
// Addresses of interfaces and routes (rtnetlink(7): RTM_NEWADDR, RTM_NEWROUTE).

#include <vector>

#include "linux/netlink/address.hpp"
#include "linux/netlink/socket.hpp"

namespace dhow::linux::netlink {

struct InterfaceAddress {
    int index = 0;
    Prefix address;
};

std::vector<InterfaceAddress> list_addresses(Socket& socket);

/// Gives an interface an address with its subnet's route. IPv4 gets the subnet's broadcast address; IPv6 is
/// used at once, without looking for duplicates, because the allocator knows there are none.
void add_address(Batch& batch, int index, const Prefix& address);
void delete_address(Batch& batch, int index, const Prefix& address);

/// Destinations of all unicast routes, without the default routes.
std::vector<Prefix> list_destinations(Socket& socket);

/// @param gateway must be reachable through an address of that interface
void add_default_route(Batch& batch, int index, const IpAddress& gateway);
void delete_default_route(Batch& batch, int index, const IpAddress& gateway);

}  // namespace dhow::linux::netlink
