#include "network/ports.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/error.hpp"
#include "linux/netlink/socket_address.hpp"

namespace dhow::network {

using linux::netlink::IpAddress;

namespace {

/// Binds without listening. Empty when the kernel lacks the protocol. @throws SystemError
UniqueFd bind_port(Protocol protocol, const IpAddress& address, std::uint16_t port) {
    const int type = protocol == Protocol::udp ? SOCK_DGRAM : SOCK_STREAM;
    const int number = protocol == Protocol::sctp ? IPPROTO_SCTP : 0;
    UniqueFd socket(::socket(address.family(), type | SOCK_CLOEXEC | SOCK_NONBLOCK, number));
    if (!socket && (errno == EPROTONOSUPPORT || errno == ESOCKTNOSUPPORT || errno == EAFNOSUPPORT))
        return socket;
    check(socket.get(), "open a socket");
    const int on = 1;
    if (address.is_v6())
        check(::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on), "set IPV6_V6ONLY");
    if (protocol == Protocol::udp) {
        const int least = 1;  // what strays to this socket is never read
        check(::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &least, sizeof least), "set SO_RCVBUF");
    }
    // Old connections of another server (TIME_WAIT) do not matter, so this bind allows to share. Then no
    // more: a server that begins to listen later is told that the address is in use.
    const int reuse = protocol == Protocol::udp ? 0 : 1;
    check(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse), "set SO_REUSEADDR");
    auto [where, length] = linux::netlink::socket_address(address, port);
    check(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&where), length), "bind");
    const int alone = 0;
    check(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &alone, sizeof alone), "clear SO_REUSEADDR");
    return socket;
}

std::pair<std::uint16_t, std::uint16_t> ephemeral_range() {
    unsigned first = 0, last = 0;
    std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> first >> last;
    if (first == 0 || first > last || last > 65535) return {49153, 65535};
    return {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last)};
}

}  // namespace

bool PortAllocator::taken(Protocol protocol, const IpAddress& address, std::uint16_t port) const {
    auto found = taken_.find({protocol, port});
    if (found == taken_.end()) return false;
    return std::ranges::any_of(found->second, [&](const IpAddress& other) {
        return other.family() == address.family() &&
               (other == address || other.is_unspecified() || address.is_unspecified());
    });
}

std::vector<HeldPort> PortAllocator::take_one(const Request& request, std::uint16_t port) {
    std::vector<IpAddress> addresses{request.address};
    if (request.second_address) addresses.push_back(*request.second_address);
    std::vector<HeldPort> held;
    for (const auto& address : addresses) {
        if (taken(request.protocol, address, port))
            throw Conflict("Bind for {}:{} failed: port is already allocated", address.bracketed(), port);
        try {
            held.push_back({request.protocol, address, port, bind_port(request.protocol, address, port)});
        } catch (const SystemError& error) {
            throw Conflict("failed to bind host port for {}:{}:{}: {}", address.bracketed(), port,
                           request.target, errno_text(error.error()));
        }
    }
    for (const auto& port_held : held) taken_[{request.protocol, port}].insert(port_held.address);
    return held;
}

std::vector<HeldPort> PortAllocator::take(const Request& request) {
    std::scoped_lock lock(mutex_);
    if (request.first != 0 && (request.last == 0 || request.last == request.first))
        return take_one(request, request.first);

    const bool ephemeral = request.first == 0;
    auto [first, last] = ephemeral ? ephemeral_range() : std::pair{request.first, request.last};
    std::uint16_t* previous = ephemeral ? &last_ephemeral_[{request.protocol, request.address}] : nullptr;
    unsigned port = previous && *previous >= first && *previous < last ? *previous + 1U : first;
    for (unsigned count = 0; count <= static_cast<unsigned>(last - first); ++count) {
        const auto candidate = static_cast<std::uint16_t>(port);
        port = port == last ? first : port + 1;
        try {
            auto held = take_one(request, candidate);
            if (previous) *previous = candidate;
            return held;
        } catch (const Conflict&) {
            // The next one, then.
        }
    }
    throw Conflict("Bind for {}:{}-{} failed: all ports are allocated", request.address.bracketed(), first,
                   last);
}

HeldPort PortAllocator::retake(Protocol protocol, const IpAddress& address, std::uint16_t port) {
    std::scoped_lock lock(mutex_);
    if (taken(protocol, address, port))
        throw Conflict("Bind for {}:{} failed: port is already allocated", address.bracketed(), port);
    HeldPort held{protocol, address, port, {}};
    try {
        held.socket = bind_port(protocol, address, port);
    } catch (const SystemError&) {
        // The container keeps its port: the firewall has precedence over whoever listens there now.
    }
    taken_[{protocol, port}].insert(address);
    return held;
}

void PortAllocator::free(const HeldPort& held) noexcept {
    std::scoped_lock lock(mutex_);
    auto found = taken_.find({held.protocol, held.port});
    if (found == taken_.end()) return;
    found->second.erase(held.address);
    if (found->second.empty()) taken_.erase(found);
}

}  // namespace dhow::network
