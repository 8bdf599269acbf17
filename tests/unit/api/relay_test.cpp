// Hijacked connections: a socketpair stands for the shim's stream.
#include "unit/api/http_fixture.hpp"

namespace dhow::api::http {
namespace {

class Relay : public HttpTest {
  protected:
    /// Upgrades a connection; the test holds the shim's end in `shim_`.
    void attach(std::string_view more = {}, bool ask = true) {
        int ends[2];
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
        shim_.reset(ends[0]);
        other_.reset(ends[1]);
        route(Method::post, "/attach", [this](Exchange& exchange) -> Task<void> {
            co_await exchange.upgrade("application/vnd.docker.multiplexed-stream");
            co_await exchange.relay(std::move(other_));
            over_ = true;
        });
        connect();
        std::string request = "POST /attach HTTP/1.1\r\nHost: x\r\n";
        if (ask) request += "Connection: Upgrade\r\nUpgrade: tcp\r\n";
        send(request + "Content-Length: 0\r\n\r\n" + std::string(more));
        run();
    }

    std::string shim_received(bool* end = nullptr) {
        std::string text;
        char buffer[65536];
        ssize_t count;
        while ((count = ::recv(shim_.get(), buffer, sizeof buffer, 0)) > 0)
            text.append(buffer, static_cast<std::size_t>(count));
        if (end) *end = count == 0;
        return text;
    }

    void shim_sends(std::string_view bytes) {
        ASSERT_EQ(::send(shim_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }

    UniqueFd shim_;
    UniqueFd other_;
    bool over_ = false;
};

TEST_F(Relay, AnswersAnUpgrade) {
    attach();
    auto answer = received();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 UPGRADED\r\n")) << answer;
    EXPECT_NE(answer.find("Content-Type: application/vnd.docker.multiplexed-stream\r\n"), std::string::npos);
    EXPECT_NE(answer.find("Connection: Upgrade\r\nUpgrade: tcp\r\n"), std::string::npos);
}

TEST_F(Relay, AnswersAnOlderClientWithout101) {
    attach({}, false);
    auto answer = received();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_NE(answer.find("Content-Type: application/vnd.docker.raw-stream\r\n"), std::string::npos);
}

TEST_F(Relay, CarriesBothWaysAndWhatCameEarly) {
    attach("early ");
    received();
    send("late");
    shim_sends("out");
    run();
    EXPECT_EQ(shim_received(), "early late");
    EXPECT_EQ(received(), "out");
}

TEST_F(Relay, PassesAHalfCloseOnAndKeepsTheOutput) {
    attach();
    received();
    send("last");
    ::shutdown(client_.get(), SHUT_WR);
    run();
    bool input_over = false;
    EXPECT_EQ(shim_received(&input_over), "last");
    EXPECT_TRUE(input_over);
    EXPECT_FALSE(over_);
    shim_sends("still here");
    run();
    EXPECT_EQ(received(), "still here");
    shim_.reset();
    run();
    bool closed = false;
    received(&closed);
    EXPECT_TRUE(closed);
    client_.reset();
    run();
    EXPECT_TRUE(over_);
}

TEST_F(Relay, EndsWhenTheClientVanishes) {
    attach();
    client_.reset();
    run();
    bool gone = false;
    shim_received(&gone);
    EXPECT_TRUE(gone);
    EXPECT_TRUE(over_);
    EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(Relay, EndsWhenAHalfClosedClientVanishes) {
    attach();
    ::shutdown(client_.get(), SHUT_WR);
    run();
    EXPECT_FALSE(over_);
    client_.reset();
    run();
    EXPECT_TRUE(over_);
    EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(Relay, EndsWithTheStreamThoughTheClientStillWrites) {
    attach();
    received();
    // As much as fits: nobody reads it at the other end.
    std::string piece(1 << 16, 'x');
    for (int i = 0; i < 50; ++i) {
        std::ignore = ::send(client_.get(), piece.data(), piece.size(), MSG_NOSIGNAL);
        run(std::chrono::milliseconds(0));
    }
    shim_sends("bye");
    shim_.reset();
    run();
    bool closed = false;
    EXPECT_EQ(received(&closed), "bye");
    EXPECT_TRUE(closed) << "the end, not a reset";
    run(std::chrono::milliseconds(700));
    EXPECT_TRUE(over_) << "a client that does not close is cut";
}

TEST_F(Relay, TellsAHalfCloseFromAGoodbyeWhileItWaits) {
    bool gone = false;
    route(Method::post, "/wait", [&](Exchange& exchange) -> Task<void> {
        TimedSignal ended(co_await asio::this_coro::executor);
        co_await exchange.upgrade("application/vnd.docker.raw-stream");
        exchange.on_disconnect([&] {
            gone = true;
            ended.notify();
        });
        co_await ended.wait_for(std::chrono::seconds(5));
    });
    connect();
    send(
        "POST /wait HTTP/1.1\r\nHost: x\r\nUpgrade: tcp\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n");
    ::shutdown(client_.get(), SHUT_WR);
    run();
    EXPECT_FALSE(gone);
    client_.reset();
    run();
    EXPECT_TRUE(gone);
}

TEST_F(Relay, HoldsOutputBackForASlowClient) {
    attach();
    received();
    std::string piece(1 << 16, 'x');
    std::size_t sent = 0;
    for (int i = 0; i < 200; ++i) {
        ssize_t count = ::send(shim_.get(), piece.data(), piece.size(), MSG_NOSIGNAL);
        if (count > 0) sent += static_cast<std::size_t>(count);
        run(std::chrono::milliseconds(0));
    }
    EXPECT_LT(sent, 4U << 20) << "output piled up in the daemon";
    std::size_t got = 0;
    for (int i = 0; i < 100 && got < sent; ++i) {
        got += received().size();
        run(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(got, sent);
}

}  // namespace
}  // namespace dhow::api::http
