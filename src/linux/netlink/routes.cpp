#include "linux/netlink/routes.hpp"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "base/error.hpp"
#include "linux/netlink/attributes.hpp"

namespace dhow::linux::netlink {

namespace {

IpAddress address_of(const nlattr* attribute) {
    return IpAddress::from_bytes({static_cast<const std::uint8_t*>(mnl_attr_get_payload(attribute)),
                                  mnl_attr_get_payload_len(attribute)});
}

void put_address(nlmsghdr* header, std::uint16_t type, const IpAddress& address) {
    mnl_attr_put(header, type, address.bytes().size(), address.bytes().data());
}

void put_interface_address(nlmsghdr* header, int index, const Prefix& prefix) {
    auto* message = static_cast<ifaddrmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(ifaddrmsg)));
    message->ifa_family = static_cast<std::uint8_t>(prefix.address.family());
    message->ifa_prefixlen = static_cast<std::uint8_t>(prefix.length);
    message->ifa_scope = RT_SCOPE_UNIVERSE;
    message->ifa_index = static_cast<std::uint32_t>(index);
    if (prefix.address.is_v6()) message->ifa_flags = IFA_F_NODAD;
    put_address(header, IFA_LOCAL, prefix.address);
    put_address(header, IFA_ADDRESS, prefix.address);
    if (!prefix.address.is_v6() && prefix.length < 31) put_address(header, IFA_BROADCAST, prefix.last());
}

void put_default_route(nlmsghdr* header, int index, const IpAddress& gateway) {
    auto* route = static_cast<rtmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(rtmsg)));
    route->rtm_family = static_cast<std::uint8_t>(gateway.family());
    route->rtm_table = RT_TABLE_MAIN;
    route->rtm_protocol = RTPROT_BOOT;
    route->rtm_scope = RT_SCOPE_UNIVERSE;
    route->rtm_type = RTN_UNICAST;
    put_address(header, RTA_GATEWAY, gateway);
    mnl_attr_put_u32(header, RTA_OIF, static_cast<std::uint32_t>(index));
}

}  // namespace

std::vector<InterfaceAddress> list_addresses(Socket& socket) {
    Batch request;
    auto* header = request.add(RTM_GETADDR, NLM_F_DUMP, "list addresses");
    mnl_nlmsg_put_extra_header(header, sizeof(ifaddrmsg));
    std::vector<InterfaceAddress> result;
    socket.ask(std::move(request), [&](const nlmsghdr* answer) {
        const auto* message = static_cast<const ifaddrmsg*>(mnl_nlmsg_get_payload(answer));
        if (message->ifa_family != AF_INET && message->ifa_family != AF_INET6) return;
        InterfaceAddress found{static_cast<int>(message->ifa_index), {{}, message->ifa_prefixlen}};
        bool local = false;
        for_each_attribute(answer, sizeof *message, [&](const nlattr* attribute) {
            // On a point-to-point link IFA_ADDRESS is the other end's; IFA_LOCAL, where it is there, counts.
            auto type = mnl_attr_get_type(attribute);
            if (type == IFA_LOCAL || (type == IFA_ADDRESS && !local))
                found.address.address = address_of(attribute);
            local = local || type == IFA_LOCAL;
        });
        result.push_back(found);
    });
    return result;
}

void add_address(Batch& batch, int index, const Prefix& address) {
    auto* header = batch.add(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL,
                             fmt::format("add address {} to interface {}", address.text(), index));
    put_interface_address(header, index, address);
}

void delete_address(Batch& batch, int index, const Prefix& address) {
    auto* header =
        batch.add(RTM_DELADDR, 0, fmt::format("delete address {} of interface {}", address.text(), index));
    put_interface_address(header, index, address);
}

std::vector<Prefix> list_destinations(Socket& socket) {
    Batch request;
    mnl_nlmsg_put_extra_header(request.add(RTM_GETROUTE, NLM_F_DUMP, "list routes"), sizeof(rtmsg));
    std::vector<Prefix> result;
    socket.ask(std::move(request), [&](const nlmsghdr* answer) {
        const auto* route = static_cast<const rtmsg*>(mnl_nlmsg_get_payload(answer));
        if (route->rtm_type != RTN_UNICAST || route->rtm_dst_len == 0) return;
        for_each_attribute(answer, sizeof *route, [&](const nlattr* attribute) {
            if (mnl_attr_get_type(attribute) == RTA_DST)
                result.push_back({address_of(attribute), route->rtm_dst_len});
        });
    });
    return result;
}

void add_default_route(Batch& batch, int index, const IpAddress& gateway) {
    put_default_route(batch.add(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL,
                                fmt::format("add default route via {}", gateway.text())),
                      index, gateway);
}

void delete_default_route(Batch& batch, int index, const IpAddress& gateway) {
    put_default_route(batch.add(RTM_DELROUTE, 0, fmt::format("delete default route via {}", gateway.text())),
                      index, gateway);
}

}  // namespace dhow::linux::netlink
