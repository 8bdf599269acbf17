#pragma once
// Internet addresses as bind(2), connect(2) and their like take them (ip(7), ipv6(7)).

#include <algorithm>
#include <cstring>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>

#include "linux/netlink/address.hpp"

namespace dhow::linux::netlink {

/// An address and port as sockaddr_in or sockaddr_in6, with its length.
inline std::pair<sockaddr_storage, socklen_t> socket_address(const IpAddress& address, std::uint16_t port) {
    sockaddr_storage storage{};
    if (address.is_v6()) {
        sockaddr_in6 six{};
        six.sin6_family = AF_INET6;
        six.sin6_port = htons(port);
        std::ranges::copy(address.bytes(), reinterpret_cast<std::uint8_t*>(&six.sin6_addr));
        std::memcpy(&storage, &six, sizeof six);
        return {storage, sizeof six};
    }
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    std::ranges::copy(address.bytes(), reinterpret_cast<std::uint8_t*>(&four.sin_addr));
    std::memcpy(&storage, &four, sizeof four);
    return {storage, sizeof four};
}

}  // namespace dhow::linux::netlink
