#include "api/http/server.hpp"

#include <boost/asio/as_tuple.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/log.hpp"

namespace dhow::api::http {

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

// How long a request's head may take to come in: a client that sends a byte a minute must not hold a place.
constexpr auto head_patience = std::chrono::seconds(60);
constexpr auto sweep_interval = std::chrono::seconds(15);

}  // namespace

Server::Server(asio::any_io_executor executor, Router router)
    : executor_(executor), router_(std::move(router)), sweep_(executor), closed_(executor) {}

Server::~Server() {
    // The descriptor is the listener's to close.
    for (auto& door : doors_) door->readiness.release();
}

void Server::listen(std::vector<Listener> listeners) {
    for (auto& listener : listeners) {
        int fd = listener.fd();
        auto door =
            std::make_unique<Door>(Door{std::move(listener), asio::posix::stream_descriptor(executor_, fd)});
        doors_.push_back(std::move(door));
    }
}

void Server::start() {
    for (auto& door : doors_) asio::co_spawn(executor_, accept(*door), asio::detached);
    asio::co_spawn(executor_, cut_slow_heads(), asio::detached);
}

Task<void> Server::accept(Door& door) {
    while (!stopping_) {
        int fd = ::accept4(door.listener.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            serve(UniqueFd(fd));
            continue;
        }
        if (errno == EINTR || errno == ECONNABORTED) continue;
        if (errno != EAGAIN) {
            // Out of descriptors or memory: those who wait in the backlog are served when some are free.
            log::warning("accept a connection: {}", errno_text(errno));
            co_await sleep_for(std::chrono::milliseconds(100));
            continue;
        }
        auto [failure] =
            co_await door.readiness.async_wait(asio::posix::stream_descriptor::wait_read, as_result);
        if (failure) co_return;
    }
}

void Server::serve(UniqueFd fd) {
    int on = 1;
    // Fails on unix sockets, which have no such delay.
    std::ignore = ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto connection = std::make_shared<Connection>(adopt(executor_, std::move(fd)), router_);
    connections_.insert(connection);
    asio::co_spawn(executor_, run(std::move(connection)), asio::detached);
}

Task<void> Server::run(std::shared_ptr<Connection> connection) {
    co_await connection->serve();
    connections_.erase(connection);
    if (stopping_) closed_.notify();
}

Task<void> Server::cut_slow_heads() {
    while (!stopping_) {
        sweep_.expires_after(sweep_interval);
        auto [failure] = co_await sweep_.async_wait(as_result);
        if (failure) co_return;
        auto oldest = std::chrono::steady_clock::now() - head_patience;
        for (const auto& connection : connections_)
            if (auto since = connection->head_since(); since && *since < oldest) connection->abort();
    }
}

Task<void> Server::stop(std::chrono::milliseconds patience) {
    stopping_ = true;
    sweep_.cancel();
    for (auto& door : doors_) door->readiness.cancel();
    auto now_open = connections_;
    for (const auto& connection : now_open) connection->close_gracefully();

    auto deadline = std::chrono::steady_clock::now() + patience;
    while (!connections_.empty()) {
        auto left = deadline - std::chrono::steady_clock::now();
        if (left.count() <= 0) break;
        co_await closed_.wait_for(left);
    }
    now_open = connections_;
    for (const auto& connection : now_open) connection->abort();
    // The aborted ones unwind from the loop; each holds itself until then.
    auto unwound = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    while (!connections_.empty() && std::chrono::steady_clock::now() < unwound)
        co_await closed_.wait_for(std::chrono::milliseconds(100));
}

}  // namespace dhow::api::http
