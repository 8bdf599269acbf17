// docker-registry behind a token server (distribution.github.io/distribution/spec/auth/jwt): tokens are for
// one repository each, and read-only for those without a password.

#include <ctime>

#include "base/base64.hpp"
#include "base/json.hpp"
#include "support/registry.hpp"
#include "support/scripted_server.hpp"
#include "unit/registry/fixture.hpp"

namespace dhow::registry {
namespace {

using namespace testing;
using ::testing::HasSubstr;

/// Signs tokens as a token server does, with a key that the registry trusts.
class TokenServer {
  public:
    TokenServer() {
        auto folder = scratch_.path().native();
        test::expect_success(
            test::run(test::sh(fmt::format("cd {} && openssl req -x509 -newkey rsa:2048 -nodes -days 30 "
                                           "-subj /CN=tokens -keyout key.pem -out cert.pem && "
                                           "openssl x509 -in cert.pem -outform DER | base64 -w0 > cert.b64",
                                           folder))));
    }

    /// The registry's configuration.
    std::string configuration() const {
        return fmt::format(
            "auth:\n  token:\n    realm: http://{}/token\n    service: test\n    issuer: tokens\n"
            "    rootcertbundle: {}/cert.pem\n",
            server_.address(), scratch_.path().native());
    }

  private:
    static std::string url_text(std::string_view bytes) {
        auto text = base64_encode(bytes, Base64::url);
        while (text.ends_with('=')) text.pop_back();
        return text;
    }

    static std::string decode(const std::string& text) {
        std::string result;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] != '%') {
                result += text[i];
                continue;
            }
            result += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
            i += 2;
        }
        return result;
    }

    /// "repository:a/b:pull,push" as a claim; writers alone get "push".
    static json::Value claim(const std::string& scope, bool writer) {
        auto first = scope.find(':'), last = scope.rfind(':');
        json::Array actions;
        auto wanted = scope.substr(last + 1);
        if (wanted.find("pull") != wanted.npos) actions.emplace_back("pull");
        if (writer && wanted.find("push") != wanted.npos) actions.emplace_back("push");
        return json::Object{{"type", scope.substr(0, first)},
                            {"name", scope.substr(first + 1, last - first - 1)},
                            {"actions", actions}};
    }

    std::string token(const test::ScriptedRequest& request) {
        bool writer = request.header("Authorization") == "Basic " + base64_encode("ann:secret");
        json::Array access;
        for (auto at = request.target.find("scope="); at != request.target.npos;
             at = request.target.find("scope=", at + 1)) {
            auto end = request.target.find('&', at);
            access.push_back(claim(decode(request.target.substr(at + 6, end - at - 6)), writer));
        }
        auto now = static_cast<std::int64_t>(std::time(nullptr));
        json::Object claims{{"iss", "tokens"}, {"sub", "ann"}, {"aud", "test"}, {"exp", now + 300},
                            {"nbf", now - 10}, {"iat", now},   {"jti", "1"},    {"access", access}};
        json::Object head{{"typ", "JWT"},
                          {"alg", "RS256"},
                          {"x5c", json::Array{test::read_file(scratch_.path() / "cert.b64")}}};
        auto text = url_text(json::dump(head)) + "." + url_text(json::dump(claims));
        auto signature =
            test::run(
                test::sh("openssl dgst -sha256 -sign " + (scratch_.path() / "key.pem").native()).feed(text))
                .out;
        return json::dump(json::Object{{"token", text + "." + url_text(signature)}, {"expires_in", 300}});
    }

    test::ScratchFolder scratch_;
    test::ScriptedServer server_{[this](const test::ScriptedRequest& request) {
        return test::ScriptedServer::answer(200, token(request), {"Content-Type: application/json"});
    }};
};

TEST(TokenAuthentication, GivesEachRepositoryATokenOfItsOwn) {
    if (auto missing = test::Registry::missing()) GTEST_SKIP() << *missing;
    test::Host host;
    host.inside([&] {
        TokenServer tokens;
        test::Registry registry(host, {.more = tokens.configuration()});
        Visitor ann(registry.address(), {}, {.username = "ann", .password = "secret"});
        for (std::string path : {"one", "team/two"}) {
            auto document = push_image(ann.client, path, "layer");
            ann.client.put_manifest(path, "latest", document);
            EXPECT_EQ(ann.client.manifest(path, "latest").digest, document.digest);
        }
        // A mount needs the right to read there, and to write here, in one token.
        auto blob = blob_of("layer of one alone");
        ann.client.push_blob("one", blob, {});
        EXPECT_EQ(ann.client.push_blob("three", blob, {"one"}).how, Sent::mounted);

        Visitor anybody(registry.address());
        EXPECT_EQ(read_all(*anybody.client.blob("one", descriptor_of("layer"))), "layer");
        EXPECT_THAT(failure_of([&] { anybody.client.push_blob("one", blob_of("new"), {}); }),
                    HasSubstr("unauthorized"));
    });
}

}  // namespace
}  // namespace dhow::registry
