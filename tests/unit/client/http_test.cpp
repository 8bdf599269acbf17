#include "client/http.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace dhow::client {
namespace {

ResponseHead head(std::string text) {
    for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2))
        text.replace(at, 1, "\r\n");
    return parse_head(text);
}

TEST(ParseHead, ReadsStatusAndHeaders) {
    auto parsed = head("HTTP/1.1 404 Not Found\nContent-Type:  application/json \nApi-Version: 1.51\n\n");
    EXPECT_EQ(parsed.status, 404);
    EXPECT_EQ(parsed.reason, "Not Found");
    EXPECT_EQ(parsed.find("content-type"), "application/json");
    EXPECT_EQ(parsed.find("api-version"), "1.51");
    EXPECT_EQ(parsed.find("absent"), std::nullopt);
    EXPECT_EQ(head("HTTP/1.0 200\n\n").status, 200);
}

TEST(ParseHead, RefusesWhatIsNoHttp) {
    for (auto text : {"SSH-2.0-OpenSSH\n\n", "HTTP/2 200 OK\n\n", "HTTP/1.1 2x0 OK\n\n",
                      "HTTP/1.1 200 OK\nno colon\n\n", "HTTP/1.1 200 OK\n: value\n\n"})
        EXPECT_THROW(head(text), Unavailable) << text;
    EXPECT_THROW(head_length(std::string(70000, 'x')), Unavailable);
    EXPECT_EQ(head_length("HTTP/1.1 200 OK\r\n"), 0U);
    EXPECT_EQ(head_length("HTTP/1.1 200 OK\r\n\r\nbody"), 19U);
}

std::string read_in_pieces(const ResponseHead& response, std::string_view data, std::size_t piece,
                           std::size_t& used) {
    BodyReader reader(response);
    std::string out;
    used = 0;
    while (used < data.size() && !reader.finished()) used += reader.feed(data.substr(used, piece), out);
    if (used == data.size()) reader.end_of_stream();
    return out;
}

TEST(BodyReader, ReadsChunksHoweverTheyAreCut) {
    auto response = head("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n");
    constexpr std::string_view data = "4\r\nWiki\r\nA;ext=1\r\npedia in \r\r\n0\r\nTrailer: x\r\n\r\nNEXT";
    for (std::size_t piece = 1; piece < data.size(); ++piece) {
        std::size_t used = 0;
        EXPECT_EQ(read_in_pieces(response, data, piece, used), "Wikipedia in \r") << piece;
        EXPECT_EQ(data.substr(used), "NEXT");
    }
}

TEST(BodyReader, ReadsALength) {
    auto response = head("HTTP/1.1 200 OK\nContent-Length: 5\n\n");
    std::size_t used = 0;
    EXPECT_EQ(read_in_pieces(response, "helloNEXT", 2, used), "hello");
    EXPECT_EQ(used, 5U);
    EXPECT_TRUE(BodyReader(head("HTTP/1.1 200 OK\nContent-Length: 0\n\n")).finished());
    EXPECT_TRUE(BodyReader(head("HTTP/1.1 204 No Content\n\n")).finished());
    EXPECT_TRUE(BodyReader(head("HTTP/1.1 101 Upgraded\n\n")).finished());
}

TEST(BodyReader, ReadsUntilTheConnectionEnds) {
    BodyReader reader(head("HTTP/1.1 200 OK\n\n"));
    std::string out;
    reader.feed("all of", out);
    reader.feed(" it", out);
    EXPECT_FALSE(reader.finished());
    reader.end_of_stream();
    EXPECT_TRUE(reader.finished());
    EXPECT_EQ(out, "all of it");
}

TEST(BodyReader, RefusesBrokenFraming) {
    EXPECT_THROW(BodyReader(head("HTTP/1.1 200 OK\nContent-Length: 5\nTransfer-Encoding: chunked\n\n")),
                 Unavailable);
    EXPECT_THROW(BodyReader(head("HTTP/1.1 200 OK\nContent-Length: -5\n\n")), Unavailable);
    EXPECT_THROW(BodyReader(head("HTTP/1.1 200 OK\nTransfer-Encoding: gzip\n\n")), Unavailable);
    auto chunked = head("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n");
    std::string out;
    for (std::string_view data : {"xyz\r\n", "4\r\nWikiX", "4\nWiki", "ffffffffffffffffff\r\n"})
        EXPECT_THROW(BodyReader(chunked).feed(std::string(data) + "\r\n\r\n", out), Unavailable) << data;
    BodyReader cut(chunked);
    cut.feed("4\r\nWi", out);
    EXPECT_THROW(cut.end_of_stream(), Unavailable);
}

TEST(WriteRequest, FramesTheBody) {
    EXPECT_EQ(write_request({.method = "GET", .target = "/_ping"}, "/v1.51", "localhost"),
              "GET /v1.51/_ping HTTP/1.1\r\nHost: localhost\r\nUser-Agent: dhow\r\n\r\n");
    EXPECT_EQ(write_request({.method = "POST", .target = "/x"}, "", "h"),
              "POST /x HTTP/1.1\r\nHost: h\r\nUser-Agent: dhow\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(write_request({.method = "POST", .target = "/x", .body = "{}"}, "", "h"),
              "POST /x HTTP/1.1\r\nHost: h\r\nUser-Agent: dhow\r\nContent-Type: application/json\r\n"
              "Content-Length: 2\r\n\r\n{}");
    EXPECT_EQ(write_chunk("hello world, hello"), "12\r\nhello world, hello\r\n");
    EXPECT_EQ(write_chunk(""), "0\r\n\r\n");
}

TEST(Target, EscapesWhatItIsGiven) {
    EXPECT_EQ(Target("/x").add("a", "b c&d=/").add_if(false, "no", "no").add("e", "").take(),
              "/x?a=b%20c%26d%3D%2F&e=");
    EXPECT_EQ(escape("a/b:c"), "a%2Fb%3Ac");
    EXPECT_EQ(escape_path("a/b:c@d e"), "a/b:c@d%20e");
}

}  // namespace
}  // namespace dhow::client
