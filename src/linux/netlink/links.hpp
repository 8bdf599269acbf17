#pragma once
// Network interfaces: bridges and veth pairs (rtnetlink(7), RTM_NEWLINK and its like).

#include <optional>
#include <string>
#include <vector>

#include "linux/netlink/address.hpp"
#include "linux/netlink/socket.hpp"

namespace dhow::linux::netlink {

/// The longest name of an interface, in bytes (IFNAMSIZ - 1).
inline constexpr std::size_t interface_name_limit = 15;

struct Link {
    int index = 0;
    std::string name;
    std::string alias;  ///< a free text that its maker gave it
    std::string kind;   ///< "bridge", "veth", ...; empty for hardware and loopback
    int master = 0;     ///< index of the bridge it is a port of; 0: none
    MacAddress mac{};
    std::uint32_t mtu = 0;
    bool up = false;
};

std::vector<Link> list_links(Socket& socket);
std::optional<Link> find_link(Socket& socket, const std::string& name);

/// A bridge without spanning tree, up, with a MAC address that does not change with its ports.
struct BridgeRequest {
    std::string name;
    MacAddress mac{};
    std::uint32_t mtu = 1500;
    std::string alias;
};
void add_bridge(Batch& batch, const BridgeRequest& request);

/// A pair: one end here, up, as a port of a bridge; the other born in another namespace, down.
struct VethRequest {
    std::string name;
    int bridge_index = 0;
    std::uint32_t mtu = 1500;
    int peer_namespace = -1;  ///< a descriptor of it
    std::string peer_name;
    MacAddress peer_mac{};
    bool isolated = false;  ///< reaches the bridge itself and ports that are not isolated, no others
    bool hairpin = false;   ///< frames may leave by the port on which they came
};
void add_veth(Batch& batch, const VethRequest& request);

void set_up(Batch& batch, int index);
void set_master(Batch& batch, int index, int bridge_index);
void set_mtu(Batch& batch, int index, std::uint32_t mtu);
/// Slow (20-40 ms): the kernel waits until nobody can use the interface.
void delete_link(Batch& batch, int index);

}  // namespace dhow::linux::netlink
