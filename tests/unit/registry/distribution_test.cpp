// Against Debian's docker-registry: plain, with TLS, with a password.

#include "support/registry.hpp"
#include "unit/registry/fixture.hpp"

namespace dhow::registry {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class Distribution : public ::testing::Test {
  protected:
    void SetUp() override {
        if (auto missing = test::Registry::missing()) GTEST_SKIP() << *missing;
    }
    test::Host host;
};

TEST_F(Distribution, TakesAnImageAndGivesItBackByteForByte) {
    test::Registry registry(host);
    host.inside([&] {
        Visitor visitor(registry.address());
        auto& client = visitor.client;
        client.ping();
        std::string layer(3'000'000, 'x');
        auto document = push_image(client, "team/app", layer);
        client.put_manifest("team/app", "v1", document);
        client.put_manifest("team/app", "v2", document);

        for (auto reference : {std::string("v1"), document.digest.text()}) {
            auto again = client.manifest("team/app", reference);
            EXPECT_EQ(again.text, document.text);
            EXPECT_EQ(again.digest, document.digest);
            EXPECT_EQ(again.media_type, document.media_type);
        }
        EXPECT_EQ(read_all(*client.blob("team/app", descriptor_of(layer))), layer);
        EXPECT_THAT(client.tags("team/app"), UnorderedElementsAre("v1", "v2"));
        EXPECT_EQ(client.search("tea", 10).at(0).name, "team/app");
        EXPECT_TRUE(client.search("tea", 0).empty());
        EXPECT_TRUE(client.search("coffee", 10).empty());
    });
}

TEST_F(Distribution, SendsABlobOnlyOnce) {
    test::Registry registry(host);
    host.inside([&] {
        Visitor visitor(registry.address());
        auto& client = visitor.client;
        std::int64_t sent = 0;
        auto count = [&](std::int64_t bytes) { sent = bytes; };
        auto blob = blob_of(std::string(100'000, 'b'));
        EXPECT_EQ(client.push_blob("a", blob, {}, count).how, Sent::uploaded);
        EXPECT_EQ(sent, 100'000);
        sent = 0;
        EXPECT_EQ(client.push_blob("a", blob, {}, count).how, Sent::existed);
        auto mounted = client.push_blob("b", blob, {"unknown", "a"}, count);
        EXPECT_EQ(mounted.how, Sent::mounted);
        EXPECT_EQ(mounted.mounted_from, "a");
        EXPECT_EQ(sent, 0);
        EXPECT_EQ(client.push_blob("c", blob, {"unknown"}, count).how, Sent::uploaded);
        EXPECT_EQ(client.push_blob("c", blob_of(""), {}).how, Sent::uploaded);
    });
}

TEST_F(Distribution, SendsABlobOfSeveralChunks) {
    test::Registry registry(host);
    host.inside([&] {
        Visitor visitor(registry.address());
        std::string large(70 << 20, 'l');
        EXPECT_EQ(visitor.client.push_blob("large", blob_of(large), {}).how, Sent::uploaded);
        EXPECT_EQ(read_all(*visitor.client.blob("large", descriptor_of(large))).size(), large.size());
    });
}

TEST_F(Distribution, SaysWhatIsNotThere) {
    test::Registry registry(host);
    host.inside([&] {
        Visitor visitor(registry.address());
        try {
            visitor.client.manifest("no/such", "latest");
            FAIL();
        } catch (const Refused& error) {
            EXPECT_EQ(error.kind(), ErrorKind::not_found);
            EXPECT_EQ(error.code(), "MANIFEST_UNKNOWN");
            EXPECT_EQ(error.message(), "manifest unknown: manifest unknown");
        }
        EXPECT_THROW(read_all(*visitor.client.blob("no/such", descriptor_of("x"))), Refused);
        EXPECT_THROW(visitor.client.tags("no/such"), Refused);
    });
}

TEST_F(Distribution, BelievesACertificateOnlyOfItsCa) {
    test::Registry registry(host, {.tls = true});
    host.inside([&] {
        // A loopback address is insecure by rule; a name is not.
        Visitor lax(registry.address());
        lax.client.ping();
        Visitor strict("localhost.localdomain:5000");
        EXPECT_NE(failure_of([&] { strict.client.ping(); }), "");
        Options options{.certificate_folders = {registry.certificates()}};
        Cancellation cancellation;
        for (bool trusted : {false, true}) {
            Options used = trusted ? options : Options{.certificate_folders = {}};
            Transport transport(used, cancellation);
            Transfer transfer(transport, {.url = "https://" + registry.address() + "/v2/"});
            auto failure = failure_of([&] { transfer.head(); });
            if (trusted)
                EXPECT_EQ(failure, "");
            else
                EXPECT_THAT(failure, HasSubstr("tls: failed to verify certificate"));
        }
    });
}

TEST_F(Distribution, SpeaksHttp2OverTls) {
    test::Registry registry(host, {.tls = true});
    host.inside([&] {
        Visitor visitor(registry.address(), {.certificate_folders = {registry.certificates()}});
        auto document = push_image(visitor.client, "app", "layer");
        visitor.client.put_manifest("app", "latest", document);
        EXPECT_EQ(read_all(*visitor.client.blob("app", descriptor_of("layer"))), "layer");
        EXPECT_THAT(registry.log(), HasSubstr("HTTP/2.0"));
        EXPECT_THAT(registry.log(), Not(HasSubstr("HTTP/1.1")));
    });
}

TEST_F(Distribution, ShowsAClientsCertificate) {
    test::Registry registry(host, {.tls = true, .wants_certificate = true});
    host.inside([&] {
        Options options{.certificate_folders = {registry.certificates()}};
        Visitor nobody(registry.address(), options);
        EXPECT_NE(failure_of([&] { nobody.client.manifest("app", "latest"); }), "");
        auto place = registry.certificates() / registry.address();
        registry.issue_client_certificate();
        std::filesystem::rename(place / "client.key", place / "kept");
        Visitor half(registry.address(), options);
        EXPECT_THAT(failure_of([&] { half.client.manifest("app", "latest"); }),
                    HasSubstr("missing key client.key for client certificate"));
        std::filesystem::rename(place / "kept", place / "client.key");
        Visitor known(registry.address(), options);
        auto document = push_image(known.client, "app", "layer");
        known.client.put_manifest("app", "latest", document);
        EXPECT_EQ(known.client.manifest("app", "latest").digest, document.digest);
    });
}

TEST_F(Distribution, SaysThatARegistryHasNoTls) {
    test::Registry registry(host);
    host.inside([&] {
        Options options;
        Cancellation cancellation;
        Transport transport(options, cancellation);
        Transfer transfer(transport, {.url = "https://" + registry.address() + "/v2/"});
        EXPECT_THAT(failure_of([&] { transfer.head(); }),
                    HasSubstr("http: server gave HTTP response to HTTPS client"));
    });
}

TEST_F(Distribution, ShowsAPasswordWhereOneIsWanted) {
    test::Registry registry(host, {.tls = true, .user = "ann", .password = "se:cret"});
    host.inside([&] {
        Visitor nobody(registry.address());
        EXPECT_THAT(failure_of([&] { nobody.client.ping(); }), HasSubstr("unauthorized"));
        Visitor wrong(registry.address(), {}, {.username = "ann", .password = "guess"});
        EXPECT_THROW(wrong.client.ping(), Refused);
        Visitor ann(registry.address(), {}, {.username = "ann", .password = "se:cret"});
        ann.client.ping();
        auto document = push_image(ann.client, "private", "layer");
        ann.client.put_manifest("private", "latest", document);
        EXPECT_EQ(ann.client.manifest("private", "latest").digest, document.digest);
        EXPECT_THROW(nobody.client.manifest("private", "latest"), Refused);
    });
}

TEST_F(Distribution, AMirrorStandsForDockerIo) {
    test::Registry registry(host);
    host.inside([&] {
        Visitor filler(registry.address());
        auto document = push_image(filler.client, "library/app", "layer");
        filler.client.put_manifest("library/app", "latest", document);
        Options options{.mirrors = {"http://" + registry.address() + "/"}};
        Visitor visitor("docker.io", options, {.username = "ann", .password = "secret"}, Purpose::pull);
        EXPECT_EQ(visitor.client.manifest("library/app", "latest").digest, document.digest);
        EXPECT_EQ(read_all(*visitor.client.blob("library/app", descriptor_of("layer"))), "layer");
        EXPECT_EQ(registry.log().find("Authorization"), std::string::npos);
    });
}

}  // namespace
}  // namespace dhow::registry
