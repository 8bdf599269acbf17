#include "linux/netlink/conntrack.hpp"

#include <cerrno>
#include <vector>

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>

#include "base/error.hpp"
#include "linux/netlink/attributes.hpp"
#include "linux/netlink/socket.hpp"

namespace dhow::linux::netlink {

namespace {

constexpr std::uint16_t message(unsigned type) {
    return static_cast<std::uint16_t>((NFNL_SUBSYS_CTNETLINK << 8) | type);
}

/// The direction in which a flow began, as the kernel told it: what names it when it is to be deleted.
struct Flow {
    std::uint8_t family = 0;
    std::vector<char> tuple;
};

void put_family(nlmsghdr* header, std::uint8_t family) {
    auto* generic = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(nfgenmsg)));
    generic->nfgen_family = family;
    generic->version = NFNETLINK_V0;
}

bool is_udp_to(const nlattr* tuple, const std::set<std::uint16_t>& ports) {
    bool udp = false, port = false;
    for_each_nested(tuple, [&](const nlattr* part) {
        if (mnl_attr_get_type(part) != CTA_TUPLE_PROTO) return;
        for_each_nested(part, [&](const nlattr* field) {
            if (mnl_attr_get_type(field) == CTA_PROTO_NUM) udp = mnl_attr_get_u8(field) == IPPROTO_UDP;
            if (mnl_attr_get_type(field) == CTA_PROTO_DST_PORT)
                port = ports.contains(ntohs(mnl_attr_get_u16(field)));
        });
    });
    return udp && port;
}

std::vector<Flow> flows_to(Socket& socket, const std::set<std::uint16_t>& ports) {
    Batch request;
    put_family(request.add(message(IPCTNL_MSG_CT_GET), NLM_F_DUMP, "list tracked connections"), AF_UNSPEC);
    std::vector<Flow> flows;
    socket.ask(std::move(request), [&](const nlmsghdr* header) {
        const auto* generic = static_cast<const nfgenmsg*>(mnl_nlmsg_get_payload(header));
        for_each_attribute(header, sizeof *generic, [&](const nlattr* attribute) {
            if (mnl_attr_get_type(attribute) != CTA_TUPLE_ORIG || !is_udp_to(attribute, ports)) return;
            const auto* bytes = static_cast<const char*>(mnl_attr_get_payload(attribute));
            flows.push_back({generic->nfgen_family, {bytes, bytes + mnl_attr_get_payload_len(attribute)}});
        });
    });
    return flows;
}

}  // namespace

void forget_udp_flows(const std::set<std::uint16_t>& ports) {
    try {
        Socket socket(NETLINK_NETFILTER);
        for (const auto& flow : flows_to(socket, ports)) {
            Batch batch;
            auto* header = batch.add(message(IPCTNL_MSG_CT_DELETE), 0, "forget a tracked connection");
            put_family(header, flow.family);
            mnl_attr_put(header, CTA_TUPLE_ORIG | NLA_F_NESTED, flow.tuple.size(), flow.tuple.data());
            try {
                socket.send(std::move(batch));
            } catch (const SystemError& error) {
                if (error.error() != ENOENT) throw;  // it ended by itself
            }
        }
    } catch (const SystemError& error) {
        if (error.error() != EINVAL && error.error() != EPROTONOSUPPORT && error.error() != EOPNOTSUPP) throw;
    }
}

}  // namespace dhow::linux::netlink
