#include "client/connection.hpp"

#include <cerrno>

#include <sys/socket.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dhow::client {

void send_all(int socket, std::string_view data) {
    while (!data.empty()) {
        auto sent = ::send(socket, data.data(), data.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) throw Unavailable("write to the daemon: {}", errno_text(errno));
        data.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void write_all(int fd, std::string_view data) {
    while (!data.empty()) {
        auto written = ::write(fd, data.data(), data.size());
        if (written < 0 && errno == EINTR) continue;
        check(written, "write");
        data.remove_prefix(static_cast<std::size_t>(written));
    }
}

void Connection::send(const Request& request, std::string_view version_prefix) {
    send_all(socket_.get(), write_request(request, version_prefix, host_));
}

void Connection::send_chunk(std::string_view data) { send_all(socket_.get(), write_chunk(data)); }

bool Connection::fill() {
    char chunk[16 * 1024];
    ssize_t got;
    do got = ::recv(socket_.get(), chunk, sizeof chunk, 0);
    while (got < 0 && errno == EINTR);
    if (got < 0) throw Unavailable("read from the daemon: {}", errno_text(errno));
    buffer_.append(chunk, static_cast<std::size_t>(got));
    return got > 0;
}

const ResponseHead& Connection::read_head() {
    do {
        std::size_t length;
        while ((length = head_length(buffer_)) == 0)
            if (!fill()) throw Unavailable("the daemon closed the connection before it answered");
        head_ = parse_head(std::string_view(buffer_).substr(0, length));
        buffer_.erase(0, length);
    } while (head_.status == 100);
    body_ = BodyReader(head_);
    return head_;
}

std::string_view Connection::read() {
    content_.clear();
    while (content_.empty() && !body_.finished()) {
        if (buffer_.empty() && !fill()) {
            body_.end_of_stream();
            break;
        }
        buffer_.erase(0, body_.feed(buffer_, content_));
    }
    return content_;
}

std::string Connection::read_all() {
    std::string all;
    for (auto some = read(); !some.empty(); some = read()) all += some;
    return all;
}

Hijacked Connection::hijack() {
    auto type = head_.find("content-type");
    bool multiplexed = type && *type == "application/vnd.docker.multiplexed-stream";
    return {std::move(socket_), std::move(buffer_), multiplexed};
}

bool Connection::reusable() const {
    auto connection = head_.find("connection");
    return socket_ && body_.finished() && body_.framing() != BodyReader::Framing::until_close &&
           buffer_.empty() && head_.status != 101 && !(connection && *connection == "close");
}

}  // namespace dhow::client
