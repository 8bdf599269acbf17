// Registries that lie, stall, break off, redirect and refuse.

#include <thread>

#include "base/base64.hpp"
#include "support/scripted_server.hpp"
#include "unit/registry/fixture.hpp"

namespace dhow::registry {
namespace {

using namespace testing;
using namespace std::chrono_literals;
using test::ScriptedRequest;
using test::ScriptedServer;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

class Hostile : public ::testing::Test {
  protected:
    /// Runs `body` in a network namespace of its own. What it asserts is reported from there.
    template <typename Body>
    void inside(Body&& body) {
        test::Host host;
        host.inside(body);
    }
    static std::string answer(int status, const std::string& body = "",
                              const std::vector<std::string>& headers = {}) {
        return ScriptedServer::answer(status, body, headers);
    }
};

std::string manifest_text() {
    auto descriptor = descriptor_of("{}");
    return fmt::format(
        R"({{"schemaVersion":2,"mediaType":"{}","config":{{"mediaType":"{}","digest":"{}","size":2}},"layers":[]}})",
        oci::media_type::manifest, oci::media_type::config, descriptor.digest.text());
}

TEST_F(Hostile, AManifestIsOnlyWhatItsDigestNames) {
    inside([] {
        ScriptedServer server([](const ScriptedRequest&) {
            return answer(200, manifest_text(), {"Docker-Content-Digest: " + digest_of("other").text()});
        });
        Visitor visitor(server.address());
        EXPECT_THROW(visitor.client.manifest("a", digest_of("x").text()), InvalidArgument);
        EXPECT_THROW(visitor.client.manifest("a", "latest"), InvalidArgument);
        EXPECT_EQ(visitor.client.manifest("a", digest_of(manifest_text()).text()).text, manifest_text());
    });
}

TEST_F(Hostile, ADocumentIsNotTakenForAnotherKind) {
    inside([] {
        ScriptedServer server([](const ScriptedRequest&) {
            return answer(200, manifest_text(), {"Content-Type: " + std::string(oci::media_type::index)});
        });
        Visitor visitor(server.address());
        EXPECT_THAT(failure_of([&] { visitor.client.manifest("a", "latest"); }), HasSubstr("calls itself"));
    });
}

TEST_F(Hostile, EndlessDocumentsAreCutOff) {
    inside([] {
        ScriptedServer server([](const ScriptedRequest& request) {
            if (request.target.ends_with("/v2/")) return answer(200);
            return answer(200, std::string(20 << 20, ' '));
        });
        Visitor visitor(server.address());
        EXPECT_THROW(visitor.client.manifest("a", "latest"), InvalidArgument);
        EXPECT_THROW(visitor.client.tags("a"), InvalidArgument);
    });
}

TEST_F(Hostile, ABlobIsOnlyWhatItsDigestNames) {
    inside([] {
        ScriptedServer server([](const ScriptedRequest&) { return answer(200, "evil!"); });
        Visitor visitor(server.address());
        auto reader = visitor.client.blob("a", descriptor_of("wanted"));
        EXPECT_THROW(read_all(*reader), Error);
        auto same_size = visitor.client.blob("a", descriptor_of("good!"));
        EXPECT_THAT(failure_of([&] { read_all(*same_size); }), HasSubstr("verification failed"));
        std::array<std::byte, 10> buffer;
        EXPECT_THROW(same_size->read(buffer), InvalidArgument) << "a second look is no better";
        auto longer = visitor.client.blob("a", descriptor_of("go"));
        EXPECT_THAT(failure_of([&] { read_all(*longer); }), HasSubstr("larger than"));
    });
}

TEST_F(Hostile, ABrokenBlobIsGoneOnWithWhereItBroke) {
    inside([] {
        const std::string content(200'000, 'c');
        ScriptedServer server([&](const ScriptedRequest& request) {
            auto whole = answer(200, content);
            auto range = request.header("Range");
            if (range.empty()) return whole.substr(0, whole.size() - 150'000);
            auto from = std::stoul(range.substr(6));
            auto rest = answer(
                206, content.substr(from),
                {fmt::format("Content-Range: bytes {}-{}/{}", from, content.size() - 1, content.size())});
            return from == 50'000 ? rest.substr(0, rest.size() - 100'000) : rest;
        });
        Visitor visitor(server.address());
        EXPECT_EQ(read_all(*visitor.client.blob("a", descriptor_of(content))), content);
        EXPECT_THAT(server.heads(), Contains(HasSubstr("Range: bytes=50000-")));
        EXPECT_THAT(server.heads(), Contains(HasSubstr("Range: bytes=100000-")));
    });
}

TEST_F(Hostile, AServerWithoutRangesSendsTheBlobAgain) {
    inside([] {
        const std::string content(100'000, 'c');
        std::atomic<int> served = 0;
        ScriptedServer server([&](const ScriptedRequest&) {
            auto whole = answer(200, content);
            return served++ == 0 ? whole.substr(0, whole.size() - 60'000) : whole;
        });
        Visitor visitor(server.address());
        EXPECT_EQ(read_all(*visitor.client.blob("a", descriptor_of(content))), content);
    });
}

TEST_F(Hostile, ABlobThatNeverComesWholeIsGivenUp) {
    inside([] {
        ScriptedServer server([](const ScriptedRequest&) {
            auto whole = answer(200, "content");
            return whole.substr(0, whole.size() - 7);
        });
        Visitor visitor(server.address());
        EXPECT_THROW(read_all(*visitor.client.blob("a", descriptor_of("content"))), ConnectionFailed);
    });
}

TEST_F(Hostile, CredentialsStayWithTheirHost) {
    inside([] {
        ScriptedServer elsewhere([](const ScriptedRequest& request) {
            // A challenge of a stranger, to get what the registry was shown.
            if (request.target == "/token") return answer(200, R"({"token":"stolen"})");
            if (request.target == "/challenge")
                return answer(401, "", {"WWW-Authenticate: Basic realm=\"x\""});
            return answer(200, "content");
        });
        ScriptedServer server([&](const ScriptedRequest& request) {
            if (request.header("Authorization").empty())
                return answer(401, "", {"WWW-Authenticate: Basic realm=\"x\""});
            auto where = request.target.find("challenge") != std::string::npos ? "/challenge" : "/blob";
            return answer(307, "", {"Location: http://" + elsewhere.address() + where});
        });
        Visitor visitor(server.address(), {}, {.username = "ann", .password = "secret"});
        EXPECT_EQ(read_all(*visitor.client.blob("a", descriptor_of("content"))), "content");
        EXPECT_THROW(visitor.client.manifest("challenge", "latest"), Refused);
        EXPECT_THAT(server.heads(), Contains(HasSubstr("Authorization: Basic")));
        EXPECT_THAT(elsewhere.heads(), Each(Not(HasSubstr("Authorization"))));
    });
}

TEST_F(Hostile, AProxyIsAskedInsteadUnlessItIsNotFor) {
    inside([] {
        ScriptedServer proxy([](const ScriptedRequest& request) {
            return request.method == "CONNECT" ? answer(403) : answer(200, "{}");
        });
        Options options{.http_proxy = "http://" + proxy.address(),
                        .https_proxy = "http://" + proxy.address(),
                        .no_proxy = "direct.test"};
        Cancellation cancellation;
        Transport transport(options, cancellation);
        Transfer plain(transport, {.url = "http://registry.test:5000/v2/"});
        EXPECT_EQ(failure_of([&] { plain.head(); }), "");
        Transfer secret(transport, {.url = "https://registry.test/v2/"});
        EXPECT_NE(failure_of([&] { secret.head(); }), "");
        Transfer direct(transport, {.url = "http://direct.test/v2/"});
        EXPECT_NE(failure_of([&] { direct.head(); }), "");
        EXPECT_EQ(proxy.requests(), (std::vector<std::string>{"GET http://registry.test:5000/v2/",
                                                              "CONNECT registry.test:443"}));
    });
}

TEST_F(Hostile, RedirectsInACircleEnd) {
    inside([] {
        ScriptedServer server(
            [](const ScriptedRequest& request) { return answer(307, "", {"Location: " + request.target}); });
        Visitor visitor(server.address());
        EXPECT_THAT(failure_of([&] { visitor.client.manifest("a", "b"); }), HasSubstr("redirects"));
        ScriptedServer other(
            [](const ScriptedRequest&) { return answer(302, "", {"Location: file:///etc/passwd"}); });
        Visitor second(other.address());
        EXPECT_THROW(second.client.manifest("a", "b"), Error);
    });
}

TEST_F(Hostile, ATokenIsFetchedForItsScopeAndRefreshed) {
    inside([] {
        std::atomic<int> tokens = 0;
        std::string address;
        ScriptedServer server([&](const ScriptedRequest& request) {
            if (request.target.starts_with("/token")) {
                if (request.header("Authorization") != "Basic " + base64_encode("ann:secret"))
                    return answer(401, R"({"details":"incorrect username or password"})");
                return answer(200, fmt::format(R"({{"token":"t{}","expires_in":300}})", ++tokens));
            }
            if (request.header("Authorization") != fmt::format("Bearer t{}", tokens.load()) || tokens == 0)
                return answer(401, "",
                              {"WWW-Authenticate: Bearer realm=\"http://" + request.header("Host") +
                               "/token\",service=\"s v\""});
            return answer(200, manifest_text());
        });
        Visitor visitor(server.address(), {}, {.username = "ann", .password = "secret"}, Purpose::pull);
        visitor.client.manifest("a", "latest");
        visitor.client.manifest("a", "latest");
        EXPECT_EQ(tokens, 1);
        EXPECT_THAT(server.requests(),
                    Contains("GET /token?service=s%20v&scope=repository%3Aa%3Apull&account=ann"));
        tokens = 5;  // the one that it has is no good any more
        visitor.client.manifest("a", "latest");
        EXPECT_EQ(tokens, 6);
        Visitor wrong(server.address(), {}, {.username = "ann", .password = "guess"}, Purpose::pull);
        EXPECT_THAT(failure_of([&] { wrong.client.manifest("a", "latest"); }),
                    HasSubstr("incorrect username or password"));
    });
}

TEST_F(Hostile, TokensWithControlCharactersAreRefused) {
    inside([] {
        ScriptedServer server([](const ScriptedRequest& request) {
            if (request.target.starts_with("/token")) return answer(200, R"({"token":"a\r\nX-Evil: yes"})");
            return answer(401, "", {"WWW-Authenticate: Bearer realm=\"/token\""});
        });
        Visitor visitor(server.address());
        EXPECT_THROW(visitor.client.manifest("a", "latest"), Unauthorized);
    });
}

TEST_F(Hostile, ARateLimitIsWaitedForWhenItIsShort) {
    inside([] {
        std::atomic<int> asked = 0;
        ScriptedServer server([&](const ScriptedRequest&) {
            if (asked++ == 0)
                return answer(429, R"({"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]})",
                              {"Retry-After: 1"});
            return answer(200, manifest_text());
        });
        Visitor visitor(server.address());
        auto start = std::chrono::steady_clock::now();
        visitor.client.manifest("a", "latest");
        EXPECT_GE(std::chrono::steady_clock::now() - start, 900ms);

        ScriptedServer closed([&](const ScriptedRequest&) {
            return answer(429, R"({"errors":[{"code":"TOOMANYREQUESTS","message":"slow\u001b[2Jdown"}]})",
                          {"Retry-After: 3600"});
        });
        Visitor second(closed.address());
        auto failure = failure_of([&] { second.client.manifest("a", "latest"); });
        EXPECT_EQ(failure, "toomanyrequests: slow [2Jdown (the registry asks to try again in 3600)");
    });
}

TEST_F(Hostile, AServerThatHasTroubleIsAskedAgain) {
    inside([] {
        std::atomic<int> asked = 0;
        ScriptedServer server(
            [&](const ScriptedRequest&) { return asked++ < 2 ? answer(502) : answer(200, manifest_text()); });
        Visitor visitor(server.address());
        visitor.client.manifest("a", "latest");
        EXPECT_EQ(asked, 3);
    });
}

TEST_F(Hostile, AChunkIsGoneOnWithWhereTheRegistryHasIt) {
    inside([] {
        std::string stored;
        std::atomic<int> patches = 0;
        ScriptedServer server([&](const ScriptedRequest& request) {
            std::vector<std::string> place{
                "Location: /upload", fmt::format("Range: 0-{}", stored.empty() ? 0 : stored.size() - 1)};
            if (request.method == "HEAD") return answer(404);
            if (request.method == "POST") return answer(202, "", place);
            if (request.method == "GET") return answer(204, "", place);
            if (request.method == "PUT") return answer(201);
            // The first chunk arrives in part, and the connection breaks.
            stored += patches++ == 0 ? request.body.substr(0, 1000) : request.body;
            if (patches == 1) return std::string();
            place.back() = fmt::format("Range: 0-{}", stored.size() - 1);
            return answer(202, "", place);
        });
        Visitor visitor(server.address());
        std::string content;
        for (int i = 0; i < 5000; ++i) content += static_cast<char>('a' + i % 26);
        EXPECT_EQ(visitor.client.push_blob("a", blob_of(content), {}).how, Sent::uploaded);
        EXPECT_EQ(stored, content);
        EXPECT_EQ(patches, 2);
    });
}

TEST_F(Hostile, ARegistryThatForgetsAnUploadGetsItAgain) {
    inside([] {
        std::string stored;
        std::atomic<int> patches = 0;
        ScriptedServer server([&](const ScriptedRequest& request) {
            std::vector<std::string> place{"Location: /upload"};
            if (request.method == "HEAD") return answer(404);
            if (request.method == "POST") return answer(202, "", place);
            if (request.method == "GET") return answer(404);
            if (request.method == "PUT") return answer(201);
            if (patches++ == 0) return std::string();
            stored = request.body;
            return answer(202, "", place);
        });
        Visitor visitor(server.address());
        EXPECT_EQ(visitor.client.push_blob("a", blob_of("content"), {}).how, Sent::uploaded);
        EXPECT_EQ(stored, "content");
    });
}

TEST_F(Hostile, AnUploadWhoseStartBreaksIsStartedAgain) {
    inside([] {
        std::string stored;
        std::atomic<int> starts = 0;
        ScriptedServer server([&](const ScriptedRequest& request) {
            std::vector<std::string> place{"Location: /upload"};
            if (request.method == "HEAD") return answer(404);
            if (request.method == "POST") return starts++ == 0 ? std::string() : answer(202, "", place);
            if (request.method == "PUT") return answer(201);
            stored = request.body;
            return answer(202, "", place);
        });
        Visitor visitor(server.address());
        EXPECT_EQ(visitor.client.push_blob("a", blob_of("content"), {}).how, Sent::uploaded);
        EXPECT_EQ(stored, "content");
        EXPECT_EQ(starts, 2);
    });
}

TEST_F(Hostile, AManifestStoredAsAnotherIsReported) {
    inside([] {
        ScriptedServer server([](const ScriptedRequest&) {
            return answer(201, "", {"Docker-Content-Digest: " + digest_of("other").text()});
        });
        Visitor visitor(server.address());
        Document document{std::string(oci::media_type::manifest), digest_of("text"), "text"};
        EXPECT_THROW(visitor.client.put_manifest("a", "latest", document), InvalidArgument);
    });
}

TEST_F(Hostile, ATransferEndsSoonAfterItWasCancelled) {
    inside([] {
        std::atomic<bool> over = false;
        ScriptedServer server([&](const ScriptedRequest&) {
            while (!over) std::this_thread::sleep_for(10ms);
            return std::string();
        });
        Visitor visitor(server.address());
        std::thread other([&] {
            std::this_thread::sleep_for(200ms);
            visitor.cancellation.cancel();
        });
        auto start = std::chrono::steady_clock::now();
        EXPECT_THROW(visitor.client.manifest("a", "latest"), Cancelled);
        EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
        over = true;
        other.join();
    });
}

TEST_F(Hostile, NobodyThereIsSaidAtOnce) {
    inside([] {
        Visitor visitor("127.0.0.1:1");
        auto failure = failure_of([&] { visitor.client.ping(); });
        EXPECT_THAT(failure, HasSubstr("Get \"https://127.0.0.1:1/v2/\""));
        EXPECT_THAT(failure, HasSubstr("onnect"));
    });
}

}  // namespace
}  // namespace dhow::registry
