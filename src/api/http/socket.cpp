#include "api/http/socket.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "api/http/exchange.hpp"

namespace dhow::api::http {

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

Task<void> wait_until(Socket& socket, Socket::wait_type what) {
    if (!socket.is_open()) throw ClientGone();
    auto [failure] = co_await socket.async_wait(what, as_result);
    if (failure) throw ClientGone();
}

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK; }

}  // namespace

Socket adopt(asio::any_io_executor executor, UniqueFd fd) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    check(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &length), "read a socket's family");
    Socket socket(std::move(executor));
    socket.assign(asio::generic::stream_protocol(address.ss_family, 0), fd.get());
    std::ignore = fd.release();
    socket.native_non_blocking(true);
    return socket;
}

Task<std::size_t> receive(Socket& socket, std::span<char> buffer) {
    for (;;) {
        ssize_t count = ::recv(socket.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (count >= 0) co_return static_cast<std::size_t>(count);
        if (errno == EINTR) continue;
        if (!would_block()) throw ClientGone();
        co_await wait_until(socket, Socket::wait_read);
    }
}

Task<void> send_all(Socket& socket, std::string_view first, std::string_view second, std::string_view third) {
    std::array<std::string_view, 3> parts{first, second, third};
    for (;;) {
        std::array<iovec, 3> vectors{};
        std::size_t count = 0;
        for (auto part : parts)
            if (!part.empty()) vectors[count++] = {const_cast<char*>(part.data()), part.size()};
        if (count == 0) co_return;

        msghdr message{};
        message.msg_iov = vectors.data();
        message.msg_iovlen = count;
        ssize_t sent = ::sendmsg(socket.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) {
            if (errno == EINTR) continue;
            if (!would_block()) throw ClientGone();
            co_await wait_until(socket, Socket::wait_write);
            continue;
        }
        auto left = static_cast<std::size_t>(sent);
        for (auto& part : parts) {
            auto gone = std::min(left, part.size());
            part.remove_prefix(gone);
            left -= gone;
        }
    }
}

bool hung_up(Socket& socket) {
    if (!socket.is_open()) return true;
    pollfd query{socket.native_handle(), 0, 0};
    return ::poll(&query, 1, 0) > 0 && (query.revents & (POLLHUP | POLLERR)) != 0;
}

void end_output(Socket& socket) {
    if (socket.is_open()) ::shutdown(socket.native_handle(), SHUT_WR);
}

void close(Socket& socket) {
    boost::system::error_code ignored;
    socket.close(ignored);
}

}  // namespace dhow::api::http
