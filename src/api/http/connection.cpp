#include "api/http/connection.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <cstring>
#include <ctime>

#include <sys/socket.h>

#include "api/http/relay.hpp"
#include "api/http/status.hpp"
#include "base/log.hpp"
#include "base/version.hpp"

namespace dhow::api::http {

using boost::system::error_code;

namespace {

constexpr std::size_t idle_buffer = 4 << 10;
constexpr std::size_t body_buffer = 64 << 10;

// A body that a handler did not read is read to its end up to here, to keep the connection; else it is
// closed.
constexpr std::size_t skip_limit = 256 << 10;

const std::string& common_headers() {
    static const std::string text = fmt::format(
        "Api-Version: {}\r\nDocker-Experimental: false\r\nOstype: linux\r\nServer: Dhow/{} (linux)\r\n",
        wire::newest.text(), version);
    return text;
}

/// "Date: Mon, 23 Nov 2026 21:39:00 GMT\r\n", made once a second.
const std::string& date_header() {
    static std::time_t made_at = 0;
    static std::string text;
    std::time_t present = std::time(nullptr);
    if (present != made_at) {
        std::tm parts{};
        ::gmtime_r(&present, &parts);
        char line[64];
        std::size_t length = std::strftime(line, sizeof line, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
        text.assign(line, length);
        made_at = present;
    }
    return text;
}

// How long a client may go on sending what nobody reads.
constexpr auto linger_limit = std::chrono::milliseconds(500);

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

Task<void> Connection::serve() {
    auto self = shared_from_this();
    try {
        co_await serve_requests();
    } catch (const ClientGone&) {
    } catch (const std::exception& error) {
        log::error("a connection ended: {}", error.what());
    }
    close(socket_);
}

Task<void> Connection::serve_requests() {
    bool keep = true;
    while (keep && !closing_) {
        std::exception_ptr malformed;
        try {
            if (!co_await read_head()) co_return;
        } catch (const ClientGone&) {
            co_return;
        } catch (const Error&) {
            malformed = std::current_exception();
        }
        if (malformed) {
            co_await refuse(malformed);
            co_return;
        }
        co_await handle();
        keep = co_await finish();
    }
}

Task<bool> Connection::read_head() {
    parser_ = Parser();
    request_ = Request{};
    body_.clear();
    body_taken_ = 0;
    answer_ = Answer::none;
    continued_ = false;
    idle_ = begin_ == end_;
    ++request_number_;
    while (!feed_head()) {
        bool more = co_await fill();
        if (!more) co_return false;
    }
    head_since_.reset();
    request_ = std::move(parser_.request());
    co_return true;
}

/// @return whether the head is complete.
bool Connection::feed_head() {
    if (begin_ == end_) return false;
    if (!head_since_) head_since_ = std::chrono::steady_clock::now();
    idle_ = false;
    feed();
    return parser_.head_done();
}

/// Reads more bytes behind those that wait. @return false at the end of the connection.
Task<bool> Connection::fill() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
        if (idle_ && buffer_.size() > idle_buffer) buffer_ = {};
    } else if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (buffer_.empty()) buffer_.resize(idle_buffer);
    if (parser_.head_done() && buffer_.size() < body_buffer) buffer_.resize(body_buffer);
    if (end_ == buffer_.size())
        buffer_.resize(std::min(buffer_.size() * 2, Parser::head_limit + body_buffer));
    if (end_ == buffer_.size())
        throw InvalidArgument("request head is larger than {} bytes", Parser::head_limit);
    std::size_t count = co_await receive(socket_, std::span(buffer_).subspan(end_));
    end_ += count;
    co_return count > 0;
}

void Connection::feed() { begin_ += parser_.feed(std::span(buffer_).subspan(begin_, end_ - begin_)); }

Task<void> Connection::handle() {
    std::exception_ptr failure;
    try {
        const Handler& handler = router_.resolve(request_);
        co_await handler(*this);
        if (answer_ == Answer::none) throw InternalError("the request was not answered");
    } catch (const ClientGone&) {
        gone_ = true;
    } catch (...) {
        failure = std::current_exception();
    }
    on_disconnect_ = nullptr;
    if (failure && !gone_) co_await fail(failure);
}

Task<void> Connection::fail(std::exception_ptr failure) {
    auto response = error_response(failure);
    auto message = error_message(failure);
    if (response.status == 500)
        log::error("Handler for {} {} returned error: {}", method_name(request_.method), request_.path,
                   message);
    else
        log::debug("Handler for {} {} returned error: {}", method_name(request_.method), request_.path,
                   message);
    if (answer_ == Answer::none) {
        co_await respond(std::move(response));
    } else {
        // The status is out: cutting the connection is the only way left to say that the answer is not whole.
        gone_ = true;
    }
}

Task<void> Connection::refuse(std::exception_ptr failure) {
    closing_ = true;
    request_.method = Method::other;
    co_await respond(error_response(failure));
    co_await linger();
}

/// Before a close on bytes that were not read: the kernel answers those with a reset, which can overtake our
/// answer and take it away.
Task<void> Connection::linger() {
    end_output(socket_);
    buffer_.resize(body_buffer);
    asio::steady_timer limit(socket_.get_executor(), linger_limit);
    limit.async_wait([self = shared_from_this()](error_code cancelled) {
        if (!cancelled) close(self->socket_);
    });
    std::size_t count = 1;
    while (count > 0) count = co_await receive(socket_, buffer_);
}

/// Ends the answer. @return whether another request may follow.
Task<bool> Connection::finish() {
    if (gone_ || answer_ == Answer::upgraded) co_return false;
    if (answer_ == Answer::streaming) {
        if (request_.http_1_0) co_return false;
        co_await send_all(socket_, "0\r\n\r\n");
    }
    bool keep = may_keep_alive();
    if (keep) keep = co_await skip_body();
    if (!keep && !parser_.done()) co_await linger();
    co_return keep;
}

Task<bool> Connection::skip_body() {
    std::array<char, 4096> sink;
    std::size_t skipped = 0;
    while (!parser_.done()) {
        std::size_t count = co_await read_body(sink);
        if (count == 0) break;
        skipped += count;
        if (skipped > skip_limit) co_return false;
    }
    co_return true;
}

bool Connection::may_keep_alive() const {
    if (closing_ || !parser_.keep_alive()) return false;
    // A client that was never told to go on has not sent its body; what comes next cannot be told from it.
    return !request_.expects_continue || continued_ || parser_.done();
}

Task<void> Connection::allow_body() {
    if (!request_.expects_continue || continued_) co_return;
    continued_ = true;
    if (!request_.http_1_0) co_await send_all(socket_, "HTTP/1.1 100 Continue\r\n\r\n");
}

Task<std::size_t> Connection::read_body(std::span<char> buffer) {
    while (body_taken_ == body_.size()) {
        if (parser_.has_body()) {
            body_ = parser_.take_body();
            body_taken_ = 0;
            break;
        }
        if (parser_.done()) co_return 0;
        if (begin_ != end_) {
            std::size_t before = end_ - begin_;
            feed();
            if (parser_.has_body() || parser_.done() || end_ - begin_ != before) continue;
        }
        co_await allow_body();
        if (!co_await fill()) throw ClientGone();
    }
    std::size_t count = std::min(buffer.size(), body_.size() - body_taken_);
    std::memcpy(buffer.data(), body_.data() + body_taken_, count);
    body_taken_ += count;
    co_return count;
}

std::string Connection::head(int status, std::string_view content_type, const Headers& headers) const {
    std::string text = fmt::format("HTTP/1.1 {} {}\r\n", status, reason_phrase(status));
    text += common_headers();
    text += date_header();
    if (!content_type.empty()) fmt::format_to(std::back_inserter(text), "Content-Type: {}\r\n", content_type);
    for (const auto& [name, value] : headers)
        fmt::format_to(std::back_inserter(text), "{}: {}\r\n", name, value);
    if (!may_keep_alive())
        text += "Connection: close\r\n";
    else if (request_.http_1_0)
        text += "Connection: keep-alive\r\n";
    return text;
}

Task<void> Connection::respond(Response response) {
    if (answer_ != Answer::none) throw InternalError("a second answer to one request");
    answer_ = Answer::whole;
    std::string text = head(response.status, response.content_type, response.headers);
    if (has_body(response.status))
        fmt::format_to(std::back_inserter(text), "Content-Length: {}\r\n", response.body.size());
    text += "\r\n";
    bool with_body = request_.method != Method::head && has_body(response.status);
    co_await send_all(socket_, text, with_body ? std::string_view(response.body) : std::string_view{});
}

Task<void> Connection::start_stream_with(std::string content_type, Headers headers) {
    if (answer_ != Answer::none) throw InternalError("a second answer to one request");
    answer_ = Answer::streaming;
    if (request_.http_1_0) closing_ = true;
    std::string text = head(200, content_type, headers);
    if (!request_.http_1_0) text += "Transfer-Encoding: chunked\r\n";
    text += "\r\n";
    co_await send_all(socket_, text);
}

Task<void> Connection::write(std::string_view bytes) {
    if (bytes.empty()) co_return;
    if (gone_) throw ClientGone();
    if (request_.http_1_0) {
        co_await send_all(socket_, bytes);
        co_return;
    }
    std::string size = fmt::format("{:x}\r\n", bytes.size());
    co_await send_all(socket_, size, bytes, "\r\n");
}

Task<void> Connection::upgrade(std::string content_type) {
    if (answer_ != Answer::none) throw InternalError("a second answer to one request");
    if (!parser_.done()) throw InvalidArgument("the request's body was not sent completely");
    answer_ = Answer::upgraded;
    std::string text =
        request_.upgrade
            ? fmt::format("HTTP/1.1 101 UPGRADED\r\n{}{}Connection: Upgrade\r\nUpgrade: {}\r\n\r\n",
                          common_headers(),
                          content_type.empty() ? "" : "Content-Type: " + content_type + "\r\n",
                          request_.header("Upgrade") == "h2c" ? "h2c" : "tcp")
            : fmt::format("HTTP/1.1 200 OK\r\n{}Content-Type: application/vnd.docker.raw-stream\r\n\r\n",
                          common_headers());
    co_await send_all(socket_, text);
}

Task<void> Connection::write_raw(std::string_view bytes) { return send_all(socket_, bytes); }

Task<void> Connection::relay(UniqueFd stream) {
    on_disconnect_ = nullptr;
    ++request_number_;
    std::string early(buffer_.data() + begin_, end_ - begin_);
    buffer_ = {};
    begin_ = end_ = 0;
    co_await http::relay(socket_, std::move(early), std::move(stream), shared_from_this());
}

void Connection::on_disconnect(std::function<void()> action) {
    on_disconnect_ = std::move(action);
    if (answer_ == Answer::upgraded) {
        watch_for_hang_up();
    } else if (begin_ == end_) {
        // Bytes that wait belong to a next request: the client is there, and its end is not to be seen past
        // them.
        watch_for_end();
    }
}

void Connection::watch_for_end() {
    auto when_readable = [self = shared_from_this(), number = request_number_](error_code failure) {
        if (number != self->request_number_ || !self->on_disconnect_) return;
        if (failure) return self->client_is_gone();
        char byte = 0;
        ssize_t count = ::recv(self->socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (count > 0) return;
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return self->watch_for_end();
        self->client_is_gone();
    };
    socket_.async_wait(Socket::wait_read, std::move(when_readable));
}

/// On an upgraded connection the end of the client's input is no good-bye: docker's command line sends it at
/// once when it has no input to give.
void Connection::watch_for_hang_up() {
    auto when_broken = [self = shared_from_this(), number = request_number_](error_code failure) {
        if (number != self->request_number_ || !self->on_disconnect_) return;
        if (failure || hung_up(self->socket_)) return self->client_is_gone();
        self->watch_for_hang_up();
    };
    socket_.async_wait(Socket::wait_error, std::move(when_broken));
}

void Connection::client_is_gone() {
    gone_ = true;
    if (auto action = std::exchange(on_disconnect_, nullptr)) action();
}

void Connection::close_gracefully() {
    closing_ = true;
    if (idle_) return close(socket_);
    // What only waits or follows would never end by itself. A stream is ended whole.
    if (answer_ == Answer::streaming && on_disconnect_) return std::exchange(on_disconnect_, nullptr)();
    if (answer_ == Answer::upgraded || on_disconnect_) abort();
}

void Connection::abort() {
    closing_ = true;
    client_is_gone();
    close(socket_);
}

}  // namespace dhow::api::http
