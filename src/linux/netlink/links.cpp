#include "linux/netlink/links.hpp"

#include <algorithm>
#include <cerrno>

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>

#include "base/error.hpp"
#include "linux/netlink/attributes.hpp"

namespace dhow::linux::netlink {

namespace {

ifinfomsg* put_info(nlmsghdr* header, int index, unsigned flags = 0, unsigned change = 0) {
    auto* info = static_cast<ifinfomsg*>(mnl_nlmsg_put_extra_header(header, sizeof(ifinfomsg)));
    info->ifi_family = AF_UNSPEC;
    info->ifi_index = index;
    info->ifi_flags = flags;
    info->ifi_change = change;
    return info;
}

/// Without this the kernel would give the interface an IPv6 link-local address, and look for duplicates of
/// it.
void put_no_link_local(nlmsghdr* header) {
    auto* families = mnl_attr_nest_start(header, IFLA_AF_SPEC);
    auto* six = mnl_attr_nest_start(header, AF_INET6);
    mnl_attr_put_u8(header, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
    mnl_attr_nest_end(header, six);
    mnl_attr_nest_end(header, families);
}

void put_port_options(nlmsghdr* header, const VethRequest& request) {
    auto* information = mnl_attr_nest_start(header, IFLA_LINKINFO);
    mnl_attr_put_strz(header, IFLA_INFO_SLAVE_KIND, "bridge");
    auto* data = mnl_attr_nest_start(header, IFLA_INFO_SLAVE_DATA);
    mnl_attr_put_u8(header, IFLA_BRPORT_ISOLATED, request.isolated);
    mnl_attr_put_u8(header, IFLA_BRPORT_MODE, request.hairpin);
    mnl_attr_nest_end(header, data);
    mnl_attr_nest_end(header, information);
}

void put_mac(nlmsghdr* header, const MacAddress& mac) {
    mnl_attr_put(header, IFLA_ADDRESS, mac.size(), mac.data());
}

std::string kind_of(const nlattr* information) {
    std::string kind;
    for_each_nested(information, [&](const nlattr* attribute) {
        if (mnl_attr_get_type(attribute) == IFLA_INFO_KIND) kind = mnl_attr_get_str(attribute);
    });
    return kind;
}

Link parse_link(const nlmsghdr* header) {
    const auto* info = static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(header));
    Link link;
    link.index = info->ifi_index;
    link.up = info->ifi_flags & IFF_UP;
    for_each_attribute(header, sizeof *info, [&](const nlattr* attribute) {
        switch (mnl_attr_get_type(attribute)) {
            case IFLA_IFNAME:
                link.name = mnl_attr_get_str(attribute);
                break;
            case IFLA_IFALIAS:
                link.alias = mnl_attr_get_str(attribute);
                break;
            case IFLA_MASTER:
                link.master = static_cast<int>(mnl_attr_get_u32(attribute));
                break;
            case IFLA_MTU:
                link.mtu = mnl_attr_get_u32(attribute);
                break;
            case IFLA_LINKINFO:
                link.kind = kind_of(attribute);
                break;
            case IFLA_ADDRESS:
                if (mnl_attr_get_payload_len(attribute) == link.mac.size()) {
                    const auto* bytes = static_cast<const std::uint8_t*>(mnl_attr_get_payload(attribute));
                    std::copy_n(bytes, link.mac.size(), link.mac.begin());
                }
                break;
            default:
                break;
        }
    });
    return link;
}

}  // namespace

std::vector<Link> list_links(Socket& socket) {
    Batch request;
    put_info(request.add(RTM_GETLINK, NLM_F_DUMP, "list interfaces"), 0);
    std::vector<Link> links;
    socket.ask(std::move(request), [&](const nlmsghdr* header) { links.push_back(parse_link(header)); });
    return links;
}

std::optional<Link> find_link(Socket& socket, const std::string& name) {
    Batch request;
    auto* header = request.add(RTM_GETLINK, 0, "find interface " + name);
    put_info(header, 0);
    mnl_attr_put_strz(header, IFLA_IFNAME, name.c_str());
    std::optional<Link> link;
    try {
        socket.ask(std::move(request), [&](const nlmsghdr* answer) { link = parse_link(answer); });
    } catch (const SystemError& error) {
        if (error.error() != ENODEV) throw;
    }
    return link;
}

void add_bridge(Batch& batch, const BridgeRequest& request) {
    auto* header = batch.add(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, "create bridge " + request.name);
    put_info(header, 0, IFF_UP, IFF_UP);
    mnl_attr_put_strz(header, IFLA_IFNAME, request.name.c_str());
    mnl_attr_put_u32(header, IFLA_MTU, request.mtu);
    put_mac(header, request.mac);
    auto* information = mnl_attr_nest_start(header, IFLA_LINKINFO);
    mnl_attr_put_strz(header, IFLA_INFO_KIND, "bridge");
    mnl_attr_nest_end(header, information);
    // The kernel takes an alias for an interface that exists alone.
    header = batch.add(RTM_NEWLINK, 0, "name the maker of bridge " + request.name);
    put_info(header, 0);
    mnl_attr_put_strz(header, IFLA_IFNAME, request.name.c_str());
    mnl_attr_put_strz(header, IFLA_IFALIAS, request.alias.c_str());
}

void add_veth(Batch& batch, const VethRequest& request) {
    auto* header = batch.add(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, "create interface " + request.name);
    put_info(header, 0);
    mnl_attr_put_strz(header, IFLA_IFNAME, request.name.c_str());
    mnl_attr_put_u32(header, IFLA_MTU, request.mtu);
    mnl_attr_put_u32(header, IFLA_MASTER, static_cast<std::uint32_t>(request.bridge_index));
    // A queue a processor, the default, costs time to make and is of use to XDP programs alone.
    mnl_attr_put_u32(header, IFLA_NUM_TX_QUEUES, 1);
    mnl_attr_put_u32(header, IFLA_NUM_RX_QUEUES, 1);
    auto* information = mnl_attr_nest_start(header, IFLA_LINKINFO);
    mnl_attr_put_strz(header, IFLA_INFO_KIND, "veth");
    auto* data = mnl_attr_nest_start(header, IFLA_INFO_DATA);
    auto* peer = mnl_attr_nest_start(header, VETH_INFO_PEER);
    mnl_nlmsg_put_extra_header(header, sizeof(ifinfomsg));
    mnl_attr_put_strz(header, IFLA_IFNAME, request.peer_name.c_str());
    mnl_attr_put_u32(header, IFLA_NET_NS_FD, static_cast<std::uint32_t>(request.peer_namespace));
    mnl_attr_put_u32(header, IFLA_MTU, request.mtu);
    mnl_attr_put_u32(header, IFLA_NUM_TX_QUEUES, 1);
    mnl_attr_put_u32(header, IFLA_NUM_RX_QUEUES, 1);
    put_mac(header, request.peer_mac);
    mnl_attr_nest_end(header, peer);
    mnl_attr_nest_end(header, data);
    mnl_attr_nest_end(header, information);

    // The kernel takes this for an interface that exists alone, and it is too late once that is up.
    header = batch.add(RTM_NEWLINK, 0, "configure interface " + request.name);
    put_info(header, 0);
    mnl_attr_put_strz(header, IFLA_IFNAME, request.name.c_str());
    put_no_link_local(header);
    if (request.isolated || request.hairpin) put_port_options(header, request);
    header = batch.add(RTM_NEWLINK, 0, "set interface " + request.name + " up");
    put_info(header, 0, IFF_UP, IFF_UP);
    mnl_attr_put_strz(header, IFLA_IFNAME, request.name.c_str());
}

void set_up(Batch& batch, int index) {
    put_info(batch.add(RTM_NEWLINK, 0, fmt::format("set interface {} up", index)), index, IFF_UP, IFF_UP);
}

void set_master(Batch& batch, int index, int bridge_index) {
    auto* header =
        batch.add(RTM_NEWLINK, 0, fmt::format("make interface {} a port of {}", index, bridge_index));
    put_info(header, index);
    mnl_attr_put_u32(header, IFLA_MASTER, static_cast<std::uint32_t>(bridge_index));
}

void set_mtu(Batch& batch, int index, std::uint32_t mtu) {
    auto* header = batch.add(RTM_NEWLINK, 0, fmt::format("set the MTU of interface {} to {}", index, mtu));
    put_info(header, index);
    mnl_attr_put_u32(header, IFLA_MTU, mtu);
}

void delete_link(Batch& batch, int index) {
    put_info(batch.add(RTM_DELLINK, 0, fmt::format("delete interface {}", index)), index);
}

}  // namespace dhow::linux::netlink
