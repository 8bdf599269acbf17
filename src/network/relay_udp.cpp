#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/error.hpp"
#include "linux/netlink/socket_address.hpp"
#include "network/relay_port.hpp"

namespace dhow::network {

namespace {

constexpr auto silence = std::chrono::seconds(90);
/// A stranger can make up peers; this many sockets a port is what that may cost.
constexpr std::size_t flow_limit = 1024;
constexpr int receive_buffer = 1 << 20;
/// Datagrams taken in one go, so that one busy port does not starve the others.
constexpr int burst = 64;

}  // namespace

UdpPort::UdpPort(RelayLoop& loop, UniqueFd socket, RelayTarget target)
    : loop_(loop), socket_(std::move(socket)), target_(target) {
    // The holder of the port made it small, since it reads nothing.
    check(::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer),
          "set SO_RCVBUF");
    loop_.watch(socket_.get(), EPOLLIN, [this](std::uint32_t) { receive(); });
}

UdpPort::~UdpPort() {
    loop_.forget(socket_.get());
    for (auto& [peer, flow] : flows_) loop_.forget(flow.socket.get());
}

void UdpPort::expire() {
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(flows_, [&](auto& entry) {
        if (now - entry.second.used < silence) return false;
        loop_.forget(entry.second.socket.get());
        return true;
    });
}

UdpPort::Flow* UdpPort::flow_of(const sockaddr_storage& peer, socklen_t length) {
    std::string key(reinterpret_cast<const char*>(&peer), length);
    if (auto found = flows_.find(key); found != flows_.end()) return &found->second;
    if (flows_.size() >= flow_limit) return nullptr;
    UniqueFd socket(::socket(target_.address.family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    auto [address, size] = linux::netlink::socket_address(target_.address, target_.port);
    if (!socket || ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) < 0)
        return nullptr;
    auto& flow = flows_[key];
    flow = {std::move(socket), peer, length, {}};
    loop_.watch(flow.socket.get(), EPOLLIN, [this, &flow](std::uint32_t) { answer(flow); });
    return &flow;
}

void UdpPort::receive() {
    auto& buffer = loop_.buffer();
    for (int i = 0; i < burst; ++i) {
        sockaddr_storage peer{};
        socklen_t length = sizeof peer;
        auto size = ::recvfrom(socket_.get(), buffer.data(), buffer.size(), 0,
                               reinterpret_cast<sockaddr*>(&peer), &length);
        if (size < 0) return;
        auto* flow = flow_of(peer, length);
        if (!flow) continue;
        flow->used = std::chrono::steady_clock::now();
        // As in any network, what cannot be sent now is lost.
        ::send(flow->socket.get(), buffer.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL);
    }
}

void UdpPort::answer(Flow& flow) {
    auto& buffer = loop_.buffer();
    for (int i = 0; i < burst; ++i) {
        auto size = ::recv(flow.socket.get(), buffer.data(), buffer.size(), 0);
        if (size < 0) return;
        flow.used = std::chrono::steady_clock::now();
        ::sendto(socket_.get(), buffer.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&flow.peer), flow.peer_length);
    }
}

}  // namespace dhow::network
