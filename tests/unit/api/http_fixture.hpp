#pragma once
// A server with stub routes on one end of a socketpair, run by hand; the test is the client on the other end.

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/http/server.hpp"

namespace dhow::api::http {

class HttpTest : public testing::Test {
  protected:
    /// Adds a route before connect().
    void route(Method method, std::string pattern, Handler handler) {
        Route one{method, std::move(pattern), std::move(handler)};
        std::vector<Route> routes;
        routes.push_back(std::move(one));
        router_.add(std::move(routes));
    }

    void connect() {
        if (!server_) server_ = std::make_unique<Server>(loop_.get_executor(), std::move(router_));
        int ends[2];
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
        client_.reset(ends[0]);
        server_->serve(UniqueFd(ends[1]));
    }

    /// Runs what is ready, and what becomes ready within `patience`.
    void run(std::chrono::milliseconds patience = std::chrono::milliseconds(20)) {
        loop_.restart();
        loop_.poll();
        if (patience.count() > 0) loop_.run_for(patience);
    }

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            ssize_t count = ::send(client_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count > 0) {
                bytes.remove_prefix(static_cast<std::size_t>(count));
            } else {
                ASSERT_EQ(errno, EAGAIN);
                run();
            }
        }
    }

    /// Everything that the server has sent by now; `end` tells whether it closed.
    std::string received(bool* end = nullptr) {
        std::string text;
        char buffer[65536];
        ssize_t count;
        while ((count = ::recv(client_.get(), buffer, sizeof buffer, 0)) > 0)
            text.append(buffer, static_cast<std::size_t>(count));
        if (end) *end = count == 0;
        return text;
    }

    std::string exchange(std::string_view request, bool* end = nullptr) {
        connect();
        send(request);
        run();
        return received(end);
    }

    asio::io_context loop_{1};
    Router router_;
    std::unique_ptr<Server> server_;
    UniqueFd client_;
};

/// The status line's code; 0 when there is none.
inline int status(std::string_view answer) {
    return answer.starts_with("HTTP/1.1 ") ? std::stoi(std::string(answer.substr(9, 3))) : 0;
}

inline std::string body(std::string_view answer) {
    auto end = answer.find("\r\n\r\n");
    return end == answer.npos ? "" : std::string(answer.substr(end + 4));
}

}  // namespace dhow::api::http
