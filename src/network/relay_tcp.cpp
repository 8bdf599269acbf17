#include <cerrno>
#include <vector>

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/error.hpp"
#include "linux/netlink/socket_address.hpp"
#include "network/relay_port.hpp"

namespace dhow::network {

namespace {

constexpr int backlog = 4096;

/// What is on its way in one direction.
struct Stream {
    int from = -1, to = -1;
    std::vector<char> waiting;  ///< read, not yet written
    bool read_closed = false;
    bool write_closed = false;

    /// Carries what there is. @return false when the connection is broken.
    bool carry(std::vector<char>& buffer);
    bool flush();
    bool finished() const noexcept { return read_closed && waiting.empty(); }
};

bool Stream::flush() {
    std::size_t written = 0;
    while (written < waiting.size()) {
        auto length = ::send(to, waiting.data() + written, waiting.size() - written, MSG_NOSIGNAL);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0 && errno != EAGAIN) return false;
        if (length < 0) break;
        written += static_cast<std::size_t>(length);
    }
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(written));
    if (finished() && !write_closed) {
        ::shutdown(to, SHUT_WR);
        write_closed = true;
    }
    return true;
}

bool Stream::carry(std::vector<char>& buffer) {
    if (!flush()) return false;
    while (waiting.empty() && !read_closed) {
        auto length = ::recv(from, buffer.data(), buffer.size(), 0);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0 && errno == EAGAIN) return true;
        if (length < 0) return false;
        if (length == 0) read_closed = true;
        waiting.assign(buffer.data(), buffer.data() + length);
        if (!flush()) return false;
    }
    return true;
}

}  // namespace

struct TcpPort::Connection {
    UniqueFd client, server;
    Stream up, down;

    std::uint32_t events_of(const Stream& reads, const Stream& writes) const noexcept {
        std::uint32_t events = 0;
        if (reads.waiting.empty() && !reads.read_closed) events |= EPOLLIN;
        if (!writes.waiting.empty()) events |= EPOLLOUT;
        return events;
    }
};

TcpPort::TcpPort(RelayLoop& loop, UniqueFd listener, RelayTarget target)
    : loop_(loop), listener_(std::move(listener)), target_(target) {
    // The holder of the port has this off, and connections would inherit that: closed ones (TIME_WAIT) would
    // keep the port for a minute from whoever is to have it next. While it listens, nobody can share it
    // anyway.
    const int on = 1;
    check(::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "set SO_REUSEADDR");
    check(::listen(listener_.get(), backlog), "listen on port for {}:{}", target.address.bracketed(),
          target.port);
    loop_.watch(listener_.get(), EPOLLIN, [this](std::uint32_t) { accept(); });
}

TcpPort::~TcpPort() {
    loop_.forget(listener_.get());
    while (!connections_.empty()) end(connections_.begin()->first);
    // The socket is shared with whoever holds the port; this ends its listening, too.
    ::shutdown(listener_.get(), SHUT_RDWR);
}

void TcpPort::end(Connection* connection) noexcept {
    loop_.forget(connection->client.get());
    loop_.forget(connection->server.get());
    connections_.erase(connection);
}

void TcpPort::accept() {
    UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!client) return;
    const int family = target_.address.family();
    UniqueFd server(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!server) return;
    auto [address, length] = linux::netlink::socket_address(target_.address, target_.port);
    if (::connect(server.get(), reinterpret_cast<const sockaddr*>(&address), length) < 0 &&
        errno != EINPROGRESS)
        return;
    auto owned = std::make_unique<Connection>();
    auto* connection = owned.get();
    connection->up = {client.get(), server.get(), {}, false, false};
    connection->down = {server.get(), client.get(), {}, false, false};
    connection->client = std::move(client);
    connection->server = std::move(server);
    connections_.emplace(connection, std::move(owned));
    auto handle = [this, connection](std::uint32_t events) {
        const bool broken = (events & EPOLLERR) || !connection->up.carry(loop_.buffer()) ||
                            !connection->down.carry(loop_.buffer());
        if (broken || (connection->up.finished() && connection->down.finished())) return end(connection);
        loop_.change(connection->client.get(), connection->events_of(connection->up, connection->down));
        loop_.change(connection->server.get(), connection->events_of(connection->down, connection->up));
    };
    // Nothing is read from the client before the target has answered.
    loop_.watch(connection->client.get(), 0, handle);
    loop_.watch(connection->server.get(), EPOLLOUT, handle);
}

}  // namespace dhow::network
