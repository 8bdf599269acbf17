#include "client/client.hpp"

#include <functional>
#include <thread>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "client/streams.hpp"

namespace dhow::client {
namespace {

/// A daemon that gives one canned answer a connection, and keeps what it was asked.
class CannedDaemon {
  public:
    explicit CannedDaemon(std::vector<std::string> answers) {
        path_ = testing::TempDir() + "client-test-" + std::to_string(::getpid()) + ".sock";
        ::unlink(path_.c_str());
        listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
        path_.copy(address.sun_path, sizeof address.sun_path - 1);
        check(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), "bind {}",
              path_);
        check(::listen(listener_.get(), 8), "listen");
        thread_ = std::thread([this, answers = std::move(answers)] {
            for (const auto& answer : answers) serve(answer);
        });
    }
    ~CannedDaemon() {
        thread_.join();
        ::unlink(path_.c_str());
    }

    Endpoint endpoint() const { return parse_endpoint("unix://" + path_); }
    std::vector<std::string> asked;

  private:
    void serve(const std::string& answer) {
        UniqueFd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        std::string request;
        char chunk[4096];
        while (request.find("\r\n\r\n") == std::string::npos) {
            auto got = ::read(connection.get(), chunk, sizeof chunk);
            if (got <= 0) break;
            request.append(chunk, static_cast<std::size_t>(got));
        }
        asked.push_back(request.substr(0, request.find("\r\n")));
        // A byte at a time: the client must not depend on how the stream is cut.
        for (char c : answer) ::send(connection.get(), &c, 1, MSG_NOSIGNAL);
    }

    std::string path_;
    UniqueFd listener_;
    std::thread thread_;
};

TEST(Client, AsksAgainInTheVersionThatAnOlderDaemonOffers) {
    CannedDaemon daemon(
        {"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 83\r\n\r\n"
         R"({"message":"client version 1.51 is too new. Maximum supported API version is 1.41"})",
         "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"a\":\"b\"}\r\n"});
    Client client(daemon.endpoint());
    EXPECT_EQ(client.get("/info").at("a"), "b");
    EXPECT_EQ(client.version(), "1.41");
    EXPECT_EQ(daemon.asked,
              (std::vector<std::string>{"GET /v1.51/info HTTP/1.1", "GET /v1.41/info HTTP/1.1"}));
}

TEST(Client, ThrowsWhatTheDaemonSays) {
    CannedDaemon daemon(
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 37\r\n\r\n{\"message\":\"No such container: nope\"}\n"});
    Client client(daemon.endpoint());
    try {
        client.get("/containers/nope/json");
        FAIL();
    } catch (const DaemonError& error) {
        EXPECT_EQ(error.message(), "No such container: nope");
        EXPECT_EQ(error.status(), 404);
        EXPECT_EQ(error.kind(), ErrorKind::not_found);
    }
}

TEST(Client, SaysThatNobodyListens) {
    Client client(parse_endpoint("unix:///nonexistent/dhow.sock"));
    try {
        client.get("/info");
        FAIL();
    } catch (const Unavailable& error) {
        EXPECT_TRUE(
            error.message().starts_with("Cannot connect to the dhow daemon at unix:///nonexistent/dhow.sock. "
                                        "Is the dhow daemon running?"))
            << error.message();
    }
}

TEST(Client, KeepsTheBytesBehindAnUpgrade) {
    CannedDaemon daemon(
        {"HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\n"
         "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\nfirst bytes"});
    Client client(daemon.endpoint());
    auto connection = client.call({.method = "POST", .target = "/attach", .hijack = true});
    auto stream = connection.hijack();
    EXPECT_TRUE(stream.multiplexed);
    std::string received = stream.received;
    char chunk[64];
    for (ssize_t got; (got = ::read(stream.socket.get(), chunk, sizeof chunk)) > 0;)
        received.append(chunk, static_cast<std::size_t>(got));
    EXPECT_EQ(received, "first bytes");
}

TEST(JsonStream, TakesDocumentsApart) {
    std::string body = "{\"a\":\"}\\\"{\"}\r\n{\"b\":[1,{\"c\":2}]}{\"d\":3}";
    CannedDaemon daemon({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
                         write_chunk(body.substr(0, 5)) + write_chunk(body.substr(5)) + write_chunk("")});
    Client client(daemon.endpoint());
    JsonStream stream(client.call({.method = "GET", .target = "/events"}));
    std::vector<std::string> documents;
    while (auto document = stream.next()) documents.push_back(json::dump(*document));
    EXPECT_EQ(documents, (std::vector<std::string>{R"({"a":"}\"{"})", R"({"b":[1,{"c":2}]})", R"({"d":3})"}));
}

TEST(FrameReader, PutsFramesTogetherHoweverTheyAreCut) {
    std::string data("\1\0\0\0\0\0\0\5hello\2\0\0\0\0\0\0\3err\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\1!", 41);
    for (std::size_t piece = 1; piece <= data.size(); ++piece) {
        std::string out, err;
        FrameReader reader([&](FrameReader::Stream to, std::string_view text) {
            (to == FrameReader::Stream::err ? err : out) += text;
        });
        for (std::size_t at = 0; at < data.size(); at += piece)
            reader.feed(std::string_view(data).substr(at, piece));
        EXPECT_EQ(out, "hello!") << piece;
        EXPECT_EQ(err, "err") << piece;
    }
    FrameReader reader([](auto, auto) {});
    EXPECT_THROW(reader.feed("this is no frame"), Unavailable);
}

TEST(ParseEndpoint, ReadsWhatDockerHostHolds) {
    EXPECT_EQ(parse_endpoint("unix:///run/x.sock").address, "/run/x.sock");
    EXPECT_EQ(parse_endpoint("unix://").address, "/run/dhow.sock");
    auto tcp = parse_endpoint("tcp://example.org:1234");
    EXPECT_EQ(tcp.address + " " + tcp.port, "example.org 1234");
    auto six = parse_endpoint("tcp://[::1]:99");
    EXPECT_EQ(six.address + " " + six.port, "::1 99");
    EXPECT_EQ(parse_endpoint("tcp://:2375").address, "127.0.0.1");
    EXPECT_EQ(parse_endpoint("localhost:1").port, "1");
    for (auto text : {"ssh://host", "npipe://x", "tcp://host:port", "tcp://host:99999", "tcp://[::1"})
        EXPECT_THROW(parse_endpoint(text), InvalidArgument) << text;
}

}  // namespace
}  // namespace dhow::client
