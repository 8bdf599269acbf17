#include "unit/api/http_fixture.hpp"

namespace dhow::api::http {
namespace {

Task<void> answer_ok(Exchange& exchange) {
    Response response(200, "text/plain", "OK");
    co_await exchange.respond(std::move(response));
}

Task<void> echo_body(Exchange& exchange) {
    std::string text = co_await exchange.body();
    Response response(200, "text/plain", std::move(text));
    co_await exchange.respond(std::move(response));
}

TEST_F(HttpTest, AnswersWithTheHeadersThatClientsNegotiateBy) {
    route(Method::get, "/_ping", answer_ok);
    auto answer = exchange("GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(status(answer), 200);
    EXPECT_EQ(body(answer), "OK");
    for (auto header : {"Api-Version: 1.51\r\n", "Ostype: linux\r\n", "Docker-Experimental: false\r\n",
                        "Content-Length: 2\r\n", "Content-Type: text/plain\r\n"})
        EXPECT_NE(answer.find(header), std::string::npos) << header;
}

TEST_F(HttpTest, KeepsTheConnectionAndServesPipelinedRequests) {
    route(Method::get, "/_ping", answer_ok);
    bool closed = false;
    std::string one = "GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n";
    auto answer = exchange(one + one + one, &closed);
    std::size_t count = 0;
    for (auto at = answer.find("HTTP/1.1 200"); at != answer.npos; at = answer.find("HTTP/1.1 200", at + 1))
        ++count;
    EXPECT_EQ(count, 3U);
    EXPECT_FALSE(closed);
}

TEST_F(HttpTest, ClosesWhenAsked) {
    route(Method::get, "/_ping", answer_ok);
    bool closed = false;
    exchange("GET /_ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", &closed);
    EXPECT_TRUE(closed);
    exchange("GET /_ping HTTP/1.0\r\n\r\n", &closed);
    EXPECT_TRUE(closed);
}

TEST_F(HttpTest, SendsNoBodyToHead) {
    route(Method::head, "/_ping", answer_ok);
    auto answer = exchange("HEAD /_ping HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(status(answer), 200);
    EXPECT_EQ(body(answer), "");
}

TEST_F(HttpTest, ReadsBodiesOfBothFramings) {
    route(Method::post, "/echo", echo_body);
    EXPECT_EQ(body(exchange("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")), "hello");
    EXPECT_EQ(body(exchange("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nTrailer: x\r\n\r\n")),
              "hello world");
    EXPECT_EQ(body(exchange("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")), "");
}

TEST_F(HttpTest, ReadsABodyThatComesByteForByte) {
    route(Method::post, "/echo", echo_body);
    connect();
    for (char c :
         std::string_view("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "3\r\nabc\r\na\r\n0123456789\r\n0\r\n\r\nGET /none HTTP/1.1\r\nHost: x\r\n\r\n")) {
        send(std::string_view(&c, 1));
        run(std::chrono::milliseconds(0));
    }
    run();
    auto answers = received();
    EXPECT_NE(answers.find("abc0123456789"), std::string::npos);
    EXPECT_NE(answers.find("HTTP/1.1 404"), std::string::npos);
}

TEST_F(HttpTest, InvitesABodyThatWaitsForIt) {
    route(Method::post, "/echo", echo_body);
    connect();
    send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    run();
    EXPECT_EQ(received(), "HTTP/1.1 100 Continue\r\n\r\n");
    send("hi");
    run();
    EXPECT_EQ(body(received()), "hi");
}

TEST_F(HttpTest, DoesNotReadABodyThatNobodyWantedAsARequest) {
    route(Method::post, "/ignore", answer_ok);
    std::string smuggled = "GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n";
    auto answer =
        exchange("POST /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(smuggled.size()) +
                 "\r\n\r\n" + smuggled);
    EXPECT_EQ(status(answer), 200);
    EXPECT_EQ(answer.find("HTTP/1.1", 5), std::string::npos);
}

TEST_F(HttpTest, RefusesADocumentThatIsTooLong) {
    route(Method::post, "/echo", echo_body);
    connect();
    send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n");
    std::string piece(1 << 20, 'x');
    for (int i = 0; i < 5; ++i) {
        send(piece);
        run(std::chrono::milliseconds(1));
    }
    run();
    EXPECT_EQ(status(received()), 400);
}

TEST_F(HttpTest, TurnsErrorsIntoStatusCodes) {
    route(Method::get, "/missing", [](Exchange&) -> Task<void> { throw NotFound("No such container: x"); });
    route(Method::get, "/busy", [](Exchange&) -> Task<void> { throw Conflict("busy"); });
    route(Method::get, "/fault", [](Exchange&) -> Task<void> { throw std::runtime_error("fault"); });
    route(Method::get, "/silent", [](Exchange&) -> Task<void> { co_return; });
    auto get = [&](std::string path) { return exchange("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"); };
    EXPECT_EQ(status(get("/missing")), 404);
    EXPECT_EQ(body(get("/missing")), "{\"message\":\"No such container: x\"}\n");
    EXPECT_EQ(status(get("/busy")), 409);
    EXPECT_EQ(status(get("/fault")), 500);
    EXPECT_EQ(status(get("/silent")), 500);
    EXPECT_EQ(body(get("/nowhere")), "{\"message\":\"page not found\"}\n");
    EXPECT_EQ(status(get("/v1.52/missing")), 400);
}

TEST_F(HttpTest, StreamsInChunksAndCutsWhenItFails) {
    route(Method::get, "/good", [](Exchange& exchange) -> Task<void> {
        co_await exchange.start_stream("text/plain");
        co_await exchange.write("one");
        co_await exchange.write("");
        co_await exchange.write("twotwotwotwotwotwo");
    });
    route(Method::get, "/bad", [](Exchange& exchange) -> Task<void> {
        co_await exchange.start_stream("text/plain");
        co_await exchange.write("one");
        throw InternalError("broken");
    });
    bool closed = false;
    auto good = exchange("GET /good HTTP/1.1\r\nHost: x\r\n\r\n", &closed);
    EXPECT_EQ(body(good), "3\r\none\r\n12\r\ntwotwotwotwotwotwo\r\n0\r\n\r\n");
    EXPECT_FALSE(closed);
    auto bad = exchange("GET /bad HTTP/1.1\r\nHost: x\r\n\r\n", &closed);
    EXPECT_EQ(body(bad), "3\r\none\r\n");
    EXPECT_TRUE(closed);
}

TEST_F(HttpTest, TellsAWaitingHandlerThatItsClientWent) {
    bool told = false;
    route(Method::post, "/wait", [&](Exchange& exchange) -> Task<void> {
        TimedSignal gone(co_await asio::this_coro::executor);
        exchange.on_disconnect([&] {
            told = true;
            gone.notify();
        });
        co_await gone.wait_for(std::chrono::seconds(5));
        co_await exchange.no_content();
    });
    connect();
    send("POST /wait HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    run();
    EXPECT_FALSE(told);
    client_.reset();
    run();
    EXPECT_TRUE(told);
    EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(HttpTest, HoldsAnUploadBackUntilItIsRead) {
    std::size_t taken = 0;
    bool go = false;
    route(Method::post, "/upload", [&](Exchange& exchange) -> Task<void> {
        std::array<char, 4096> buffer;
        while (!go) co_await sleep_for(std::chrono::milliseconds(1));
        while (std::size_t count = co_await exchange.read_body(buffer)) taken += count;
        co_await exchange.no_content();
    });
    connect();
    constexpr std::size_t size = 8 << 20;
    send("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
    std::string piece(1 << 16, 'x');
    std::size_t sent = 0;
    for (int stuck = 0; stuck < 5 && sent < size;) {
        ssize_t count = ::send(client_.get(), piece.data(), piece.size(), MSG_NOSIGNAL);
        if (count > 0) sent += static_cast<std::size_t>(count);
        stuck = count > 0 ? 0 : stuck + 1;
        run(std::chrono::milliseconds(2));
    }
    EXPECT_LT(sent, 1U << 20) << "the server read ahead of its handler";
    go = true;
    while (sent < size) {
        auto want = std::min(piece.size(), size - sent);
        send(std::string_view(piece).substr(0, want));
        sent += want;
    }
    run(std::chrono::milliseconds(50));
    EXPECT_EQ(taken, size);
    EXPECT_EQ(status(received()), 204);
}

TEST_F(HttpTest, StopsAfterTheRequestUnderWay) {
    bool stopped = false;
    route(Method::get, "/slow", [](Exchange& exchange) -> Task<void> {
        co_await sleep_for(std::chrono::milliseconds(30));
        co_await exchange.no_content();
    });
    connect();
    send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    run(std::chrono::milliseconds(5));
    auto stop = [&]() -> Task<void> {
        co_await server_->stop(std::chrono::seconds(2));
        stopped = true;
    };
    asio::co_spawn(loop_, stop(), asio::detached);
    run(std::chrono::milliseconds(100));
    bool closed = false;
    EXPECT_EQ(status(received(&closed)), 204);
    EXPECT_TRUE(closed);
    EXPECT_TRUE(stopped);
}

TEST_F(HttpTest, WhoFollowsIsSentToTheEndWhenItStops) {
    route(Method::get, "/follow", [](Exchange& exchange) -> Task<void> {
        TimedSignal over(co_await asio::this_coro::executor);
        exchange.on_disconnect([&] { over.notify(); });
        co_await exchange.start_stream("text/plain");
        co_await exchange.write("first");
        co_await over.wait_for(std::chrono::seconds(30));
        co_await exchange.write("last");
    });
    connect();
    send("GET /follow HTTP/1.1\r\nHost: x\r\n\r\n");
    run();
    auto stop = [&]() -> Task<void> { co_await server_->stop(std::chrono::seconds(30)); };
    asio::co_spawn(loop_, stop(), asio::detached);
    run();
    bool closed = false;
    EXPECT_TRUE(received(&closed).ends_with("5\r\nfirst\r\n4\r\nlast\r\n0\r\n\r\n"));
    EXPECT_TRUE(closed);
    EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(HttpTest, WhoWaitsIsLetGoWhenItStops) {
    route(Method::get, "/wait", [](Exchange& exchange) -> Task<void> {
        TimedSignal over(co_await asio::this_coro::executor);
        exchange.on_disconnect([&] { over.notify(); });
        co_await over.wait_for(std::chrono::seconds(30));
        throw ClientGone();
    });
    connect();
    send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    run();
    auto stop = [&]() -> Task<void> { co_await server_->stop(std::chrono::seconds(30)); };
    asio::co_spawn(loop_, stop(), asio::detached);
    run();
    bool closed = false;
    EXPECT_EQ(received(&closed), "");
    EXPECT_TRUE(closed);
    EXPECT_EQ(server_->connections(), 0U);
}

}  // namespace
}  // namespace dhow::api::http
