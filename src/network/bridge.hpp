#pragma once
// The driver `bridge`: a network's bridge on the host, and a container's interface on it. Mechanism only; who
// gets which address is decided by the callers.

#include <optional>
#include <string>
#include <vector>

#include "linux/netlink/address.hpp"
#include "network/model.hpp"
#include "network/sandboxes.hpp"

namespace dhow::network {

/// Brings a network's bridge up: makes it where it is missing, gives it the gateways' addresses and the MTU,
/// and lets the host forward. A bridge of that name that exists is taken over; addresses it has beyond those
/// are left alone, unless `replace_addresses`. One that is made is marked as `owner`'s (its alias), and only
/// such are ever removed.
/// @throws Conflict when another kind of interface has the name; SystemError.
void ensure_bridge(linux::netlink::Socket& host, const Network& network, bool replace_addresses,
                   const std::string& owner);

/// Deletes a bridge that `owner` made. One that is not there, or another's, is left alone.
void remove_bridge(linux::netlink::Socket& host, const std::string& name, const std::string& owner);

/// What the alias of a bridge of `owner` begins with.
std::string bridge_mark(const std::string& owner);

/// Lets this host route between its interfaces (net.ipv4.ip_forward, and IPv6's where `v6`). Where that makes
/// the kernel ignore router advertisements that an interface lives by, the interface is told to keep them.
void enable_forwarding(bool v6);

/// What an interface in a container is to be.
struct InterfacePlan {
    std::string host_name;
    std::string name;
    linux::netlink::MacAddress mac{};
    std::optional<linux::netlink::Prefix> ipv4, ipv6;
    std::optional<linux::netlink::IpAddress> gateway4, gateway6;  ///< set: the default routes go there
    std::uint32_t mtu = 1500;
    bool isolated = false;  ///< cannot talk to other isolated ones
};

/// Makes the pair, one end in the sandbox with addresses and routes, up. Nothing is left when it throws.
void add_interface(linux::netlink::Socket& host, OpenSandbox& sandbox, int bridge_index,
                   const InterfacePlan& plan);

/// Takes an interface out of a sandbox. Slow (20-40 ms).
void remove_interface(OpenSandbox& sandbox, const std::string& name);

/// Where the default routes of a sandbox lead.
struct DefaultRoutes {
    std::string interface;
    std::optional<linux::netlink::IpAddress> gateway4, gateway6;
};

/// Takes the default routes from one interface to another. `from` none: there were none.
void move_default_routes(OpenSandbox& sandbox, const std::optional<DefaultRoutes>& from,
                         const std::optional<DefaultRoutes>& to);

/// Docker's MAC address of an IPv4 address: 02:42 and its four bytes; a random one where there is none.
linux::netlink::MacAddress mac_of(const std::optional<linux::netlink::Prefix>& ipv4);

}  // namespace dhow::network
