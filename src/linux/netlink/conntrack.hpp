#pragma once
// Connection tracking's memory of flows (linux/netfilter/nfnetlink_conntrack.h).

#include <cstdint>
#include <set>

namespace dhow::linux::netlink {

/// Forgets UDP flows towards these ports, on any address. Where a flow leads is decided by its first packet;
/// a client that goes on sending would never notice that the port leads elsewhere now. (A TCP connection
/// ends.) A kernel without connection tracking has none: no error. @throws SystemError
void forget_udp_flows(const std::set<std::uint16_t>& ports);

}  // namespace dhow::linux::netlink
