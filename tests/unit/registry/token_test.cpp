// docker-registry behind a token server: tokens are for one repository each, and read-only for those without
// a password.

#include "support/registry.hpp"
#include "support/token_server.hpp"
#include "unit/registry/fixture.hpp"

namespace dhow::registry {
namespace {

using namespace testing;
using ::testing::HasSubstr;

TEST(TokenAuthentication, GivesEachRepositoryATokenOfItsOwn) {
    if (auto missing = test::Registry::missing()) GTEST_SKIP() << *missing;
    test::Host host;
    host.inside([&] {
        test::TokenServer tokens;
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
                    HasSubstr("denied: requested access to the resource is denied"));
    });
}

}  // namespace
}  // namespace dhow::registry
