#include "shim/server/connection.hpp"

#include <poll.h>

namespace dhow::shim {

Connection::Connection(Loop& loop, UniqueFd socket, std::function<void(Connection&, protocol::Frame)> request,
                       std::function<void(Connection&)> closed)
    : loop_(loop), channel_(std::move(socket)), request_(std::move(request)), on_closed_(std::move(closed)) {
    loop_.watch(channel_.fd(), EPOLLIN, [this](std::uint32_t events) { ready(events); });
}

Connection::~Connection() { loop_.forget(channel_.fd()); }

void Connection::send(protocol::Kind kind, std::uint32_t request, std::string_view payload) noexcept {
    if (closed_) return;
    try {
        channel_.send(kind, request, payload);
        if (!channel_.idle()) loop_.change(channel_.fd(), EPOLLIN | EPOLLOUT);
    } catch (const std::exception&) {
        close();
    }
}

void Connection::flush_out() noexcept {
    try {
        for (int attempt = 0; !closed_ && !channel_.flush() && attempt < 10; ++attempt) {
            pollfd writable{channel_.fd(), POLLOUT, 0};
            ::poll(&writable, 1, 100);
        }
    } catch (const std::exception&) {
        close();
    }
}

void Connection::ready(std::uint32_t events) {
    try {
        if ((events & EPOLLOUT) && channel_.flush()) loop_.change(channel_.fd(), EPOLLIN);
        if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR))) return;
        bool open = channel_.receive();
        while (!closed_) {
            auto frame = channel_.next();
            if (!frame) break;
            request_(*this, std::move(*frame));
        }
        if (!open) close();
    } catch (const Error&) {
        close();
    }
}

void Connection::close() {
    if (closed_) return;
    closed_ = true;
    loop_.forget(channel_.fd());
    on_closed_(*this);
}

}  // namespace dhow::shim
