#include "linux/nft/monitor.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "base/error.hpp"

namespace dhow::linux::nft {

namespace {

bool takes_away(std::uint16_t type) {
    if (type >> 8 != NFNL_SUBSYS_NFTABLES) return false;
    switch (type & 0xff) {
        case NFT_MSG_DELTABLE:
        case NFT_MSG_DELCHAIN:
        case NFT_MSG_DELRULE:
        case NFT_MSG_DELSET:
            return true;
        default:
            return false;
    }
}

/// In all of these messages the table's name is attribute 1 (NFTA_TABLE_NAME, NFTA_CHAIN_TABLE, ...), and the
/// first one.
std::string_view table_of(const nlmsghdr* header) {
    constexpr std::size_t start = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(nfgenmsg));
    if (header->nlmsg_len < start + sizeof(nlattr)) return {};
    const auto* attribute = reinterpret_cast<const nlattr*>(reinterpret_cast<const char*>(header) + start);
    if ((attribute->nla_type & NLA_TYPE_MASK) != NFTA_TABLE_NAME || attribute->nla_len <= NLA_HDRLEN ||
        start + attribute->nla_len > header->nlmsg_len)
        return {};
    const auto* text = reinterpret_cast<const char*>(attribute) + NLA_HDRLEN;
    return {text, ::strnlen(text, attribute->nla_len - std::size_t{NLA_HDRLEN})};
}

}  // namespace

Monitor::Monitor(std::string table)
    : table_(std::move(table)),
      fd_(check(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER),
                "open a netfilter socket")) {
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    check(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
          "bind a netfilter socket");
    int group = NFNLGRP_NFTABLES;
    check(::setsockopt(fd_.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group),
          "join NFNLGRP_NFTABLES");
}

bool Monitor::read() {
    bool lost = false;
    std::array<char, 65536> buffer;
    for (;;) {
        auto length = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0 && errno == ENOBUFS) {
            lost = true;
            continue;
        }
        if (length <= 0) return lost;
        const auto* header = reinterpret_cast<const nlmsghdr*>(buffer.data());
        for (auto left = static_cast<unsigned>(length); NLMSG_OK(header, left);
             header = NLMSG_NEXT(header, left))
            lost = lost || (takes_away(header->nlmsg_type) && table_of(header) == table_);
    }
}

}  // namespace dhow::linux::nft
