// Requests that are written to be read in two ways, or to exhaust.
#include "unit/api/http_fixture.hpp"

namespace dhow::api::http {
namespace {

class Hostile : public HttpTest {
  protected:
    Hostile() {
        route(Method::post, "/echo", [](Exchange& exchange) -> Task<void> {
            std::string text = co_await exchange.body();
            Response response(200, "text/plain", std::move(text));
            co_await exchange.respond(std::move(response));
        });
    }

    void expect_refused(std::string_view request, std::string_view why) {
        bool closed = false;
        auto answer = exchange(request, &closed);
        EXPECT_EQ(status(answer), 400) << request.substr(0, 200);
        EXPECT_NE(body(answer).find(why), std::string::npos) << body(answer);
        EXPECT_EQ(answer.find("HTTP/1.1 ", 5), std::string::npos) << "more than one answer";
        EXPECT_TRUE(closed) << request.substr(0, 200);
    }
};

TEST_F(Hostile, TwoLengths) {
    expect_refused("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello",
                   "Content-Length");
    expect_refused("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
                   "duplicate header");
    expect_refused("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\nhello", "Content-Length");
}

TEST_F(Hostile, LengthAndChunks) {
    expect_refused(
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "malformed");
    expect_refused(
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "malformed");
}

TEST_F(Hostile, OtherEncodings) {
    for (std::string encoding :
         {"gzip, chunked", "chunked, gzip", "xchunked", "identity", "chunked, chunked", ""})
        expect_refused(
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: " + encoding + "\r\n\r\n0\r\n\r\n", "");
    expect_refused("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "HTTP/1.0");
}

TEST_F(Hostile, BadLengths) {
    for (std::string length : {"-1", "+5", "0x5", "5 5", "18446744073709551616", "", "5;"})
        expect_refused("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\nhello", "");
}

TEST_F(Hostile, BadHeads) {
    expect_refused("POST /echo HTTP/1.1\r\n\r\n", "missing required Host header");
    expect_refused("POST /echo HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "duplicate header");
    expect_refused("POST /echo HTTP/1.1\r\nHost : x\r\n\r\n", "malformed");
    expect_refused("POST /echo HTTP/3.7\r\nHost: x\r\n\r\n", "malformed");
    expect_refused("POST  /echo HTTP/1.1\r\nHost: x\r\n\r\n", "malformed");
    expect_refused(std::string("POST /echo HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n", 43), "malformed");
    expect_refused("\x16\x03\x01\x02\r\n\r\n", "malformed");
}

TEST_F(Hostile, BadTargets) {
    auto get = [&](std::string target) {
        return status(exchange("POST " + target + " HTTP/1.1\r\nHost: x\r\n\r\n"));
    };
    EXPECT_EQ(get("/echo%"), 400);
    EXPECT_EQ(get("/echo%zz"), 400);
    EXPECT_EQ(get("/echo%00"), 400);
    EXPECT_EQ(get("*"), 400);
    EXPECT_EQ(get("/v1.99999999999/echo"), 400);
    EXPECT_EQ(get("/v1..2/echo"), 400);
    EXPECT_EQ(get("/../echo"), 404);
    EXPECT_EQ(get("//echo"), 404);
}

TEST_F(Hostile, BrokenChunks) {
    for (std::string chunks :
         {"zz\r\nhello\r\n", "5\r\nhelloX\r\n0\r\n\r\n", "fffffffffffffffff\r\n", "-5\r\n"}) {
        auto answer =
            exchange("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
        EXPECT_EQ(status(answer), 400) << chunks;
    }
}

TEST_F(Hostile, EndlessHead) {
    connect();
    send("POST /echo HTTP/1.1\r\nHost: x\r\n");
    std::string line = "A: " + std::string(1000, 'x') + "\r\n";
    bool closed = false;
    std::string answer;
    for (int i = 0; i < 1000 && !closed; ++i) {
        bool refused = ::send(client_.get(), line.data(), line.size(), MSG_NOSIGNAL) < 0 && errno != EAGAIN;
        EXPECT_FALSE(refused) << i;
        run(std::chrono::milliseconds(0));
        answer += received(&closed);
    }
    EXPECT_EQ(status(answer), 400);
    EXPECT_TRUE(closed);
}

TEST_F(Hostile, BodyThatEndsTooEarlyRunsNoHandlerToItsEnd) {
    bool finished = false;
    route(Method::post, "/half", [&](Exchange& exchange) -> Task<void> {
        co_await exchange.body();
        finished = true;
        co_await exchange.no_content();
    });
    connect();
    send("POST /half HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello");
    ::shutdown(client_.get(), SHUT_WR);
    run();
    EXPECT_FALSE(finished);
    EXPECT_EQ(server_->connections(), 0U);
}

}  // namespace
}  // namespace dhow::api::http
