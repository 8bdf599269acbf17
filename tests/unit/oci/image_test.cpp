// The OCI image documents: digests, references, platforms, manifests, configurations.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "oci/descriptor_json.hpp"
#include "oci/digest_json.hpp"
#include "oci/image_config.hpp"
#include "oci/image_config_json.hpp"
#include "oci/index.hpp"
#include "oci/manifest.hpp"
#include "oci/platform_json.hpp"
#include "oci/reference.hpp"

namespace dhow::oci {
namespace {

const std::string hex(64, 'a');
const std::string digest_text = "sha256:" + hex;

TEST(Digest, TakesOnlyWellFormedOnes) {
    EXPECT_EQ(Digest::parse(digest_text).hex(), hex);
    EXPECT_EQ(Digest::parse(digest_text).short_id(), "aaaaaaaaaaaa");
    for (const auto& bad : std::vector<std::string>{"", "sha256", "sha256:", "sha256:" + std::string(63, 'a'),
                                                    "sha256:" + std::string(64, 'A'), "md5:" + hex,
                                                    "sha256:../" + std::string(61, 'a')})
        EXPECT_THROW(Digest::parse(bad), InvalidArgument) << bad;
}

struct ReferenceCase {
    std::string text, full, familiar;
};

TEST(Reference, PutsDockersDefaultsIn) {
    for (const auto& [text, full, familiar] : std::vector<ReferenceCase>{
             {"busybox", "docker.io/library/busybox", "busybox"},
             {"busybox:1.36", "docker.io/library/busybox:1.36", "busybox:1.36"},
             {"library/busybox", "docker.io/library/busybox", "busybox"},
             {"docker.io/busybox", "docker.io/library/busybox", "busybox"},
             {"index.docker.io/busybox", "docker.io/library/busybox", "busybox"},
             {"user/app", "docker.io/user/app", "user/app"},
             {"docker.io/library/a/b", "docker.io/library/a/b", "library/a/b"},
             {"localhost/app", "localhost/app", "localhost/app"},
             {"localhost:5000/app:v1", "localhost:5000/app:v1", "localhost:5000/app:v1"},
             {"Host/app", "Host/app", "Host/app"},
             {"ghcr.io/a/b_c/d--e:X.y-z_", "ghcr.io/a/b_c/d--e:X.y-z_", "ghcr.io/a/b_c/d--e:X.y-z_"},
             {"[::1]:5000/a", "[::1]:5000/a", "[::1]:5000/a"},
             {"a__b/c.d", "docker.io/a__b/c.d", "a__b/c.d"},
             {"busybox@" + digest_text, "docker.io/library/busybox@" + digest_text, "busybox@" + digest_text},
             {"busybox:1@" + digest_text, "docker.io/library/busybox:1@" + digest_text,
              "busybox:1@" + digest_text}}) {
        EXPECT_EQ(Reference::parse(text).full(), full);
        EXPECT_EQ(Reference::parse(text).familiar(), familiar);
        EXPECT_EQ(Reference::parse(full), Reference::parse(text));
    }
    EXPECT_EQ(Reference::parse("docker.io/host.name/x").familiar(), "docker.io/host.name/x")
        << "without its domain it would mean another";
    EXPECT_EQ(Reference::parse("busybox").with_default_tag().familiar(), "busybox:latest");
    EXPECT_EQ(Reference::parse("a@" + digest_text).with_default_tag().tag, "");
}

TEST(Reference, RefusesWhatIsNone) {
    for (std::string bad : {std::string(),
                            std::string("a:"),
                            std::string(":a"),
                            std::string("/a"),
                            std::string("a/"),
                            std::string("a//b"),
                            std::string("a b"),
                            std::string("-a"),
                            std::string("a-"),
                            std::string("a___b"),
                            std::string("a..b"),
                            std::string("a@sha256:12"),
                            std::string("a:b:c/d"),
                            std::string("a:-x"),
                            std::string("../a"),
                            std::string("a\n"),
                            "a:" + std::string(129, 'x'),
                            std::string(256, 'a'),
                            hex,
                            std::string("h:port/a"),
                            std::string("[]/a"),
                            std::string("h_x.y:1/a")})
        EXPECT_THROW(Reference::parse(bad), InvalidArgument) << bad;
}

TEST(Reference, SaysThatNamesAreLowerCase) {
    try {
        Reference::parse("BusyBox");
        FAIL();
    } catch (const InvalidArgument& error) {
        EXPECT_STREQ(error.what(),
                     "invalid reference format: repository name (library/BusyBox) must be lowercase");
    }
}

TEST(Reference, PatternsAreGosPathMatch) {
    EXPECT_TRUE(match_pattern("busy*", "busybox"));
    EXPECT_FALSE(match_pattern("busy*", "busybox/x"));
    EXPECT_TRUE(match_pattern("*/*", "a/b"));
    EXPECT_TRUE(match_pattern("*a*b", "xaxbxb"));
    EXPECT_TRUE(match_pattern("[a-c]?[^x]", "bzz"));
    EXPECT_FALSE(match_pattern("[a-c]", "d"));
    EXPECT_TRUE(match_pattern("\\*", "*"));
    EXPECT_THROW(match_pattern("[a", "a"), InvalidArgument);
    auto reference = Reference::parse("busybox:1.36");
    EXPECT_TRUE(familiar_match("busybox", reference));
    EXPECT_TRUE(familiar_match("busybox:*", reference));
    EXPECT_TRUE(familiar_match("b*", reference));
    EXPECT_FALSE(familiar_match("alpine", reference));
}

TEST(Platform, ReadsOtherNamesOfTheSame) {
    EXPECT_EQ(Platform::parse("linux/x86_64").text(), "linux/amd64");
    EXPECT_EQ(Platform::parse("linux/aarch64").text(), "linux/arm64");
    EXPECT_EQ(Platform::parse("linux/arm64/v8").text(), "linux/arm64");
    EXPECT_EQ(Platform::parse("linux/armhf").text(), "linux/arm/v7");
    EXPECT_EQ(Platform::parse("linux/arm").text(), "linux/arm/v7");
    EXPECT_EQ(Platform::parse("arm64").text(), "linux/arm64");
    EXPECT_THROW(Platform::parse("linux//"), InvalidArgument);
    EXPECT_THROW(Platform::parse("a/b/c/d"), InvalidArgument);
    EXPECT_TRUE(Platform::parse("linux/arm/v7").runs(Platform::parse("linux/arm/v6")));
    EXPECT_FALSE(Platform::parse("linux/arm/v6").runs(Platform::parse("linux/arm/v7")));
    EXPECT_FALSE(Platform::parse("linux/amd64").runs(Platform::parse("linux/arm64")));
}

TEST(Manifest, RefusesWhatMeansTwoThings) {
    std::string config = R"("config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":")" +
                         digest_text + R"(","size":2})";
    EXPECT_EQ(Manifest::parse(R"({"schemaVersion":2,)" + config + R"(,"layers":[]})").config.digest.text(),
              digest_text);
    EXPECT_THROW(Manifest::parse(R"({"schemaVersion":2,"manifests":[],)" + config + R"(,"layers":[]})"),
                 InvalidArgument);
    EXPECT_THROW(Manifest::parse(R"({"schemaVersion":1,)" + config + "}"), InvalidArgument);
    EXPECT_THROW(Manifest::parse(R"({"schemaVersion":2,"mediaType":"text/plain",)" + config + "}"),
                 InvalidArgument);
    EXPECT_THROW(Manifest::parse(R"({"schemaVersion":2})"), InvalidArgument);
    EXPECT_THROW(Index::parse(R"({"schemaVersion":2,"manifests":[],"layers":[]})"), InvalidArgument);
}

TEST(Index, ChoosesThePlatformAndNeverAnAttestation) {
    Index index;
    auto add = [&](std::string os, std::string architecture, std::string variant, char digit) {
        Descriptor descriptor;
        descriptor.digest = Digest::sha256(std::string(64, digit));
        descriptor.platform = Platform{architecture, os, "", {}, variant};
        index.manifests.push_back(descriptor);
    };
    add("unknown", "unknown", "", '0');
    add("linux", "arm", "v6", '1');
    add("linux", "arm", "v7", '2');
    add("linux", "amd64", "", '3');
    EXPECT_EQ(index.choose(Platform::parse("linux/amd64"))->digest.hex()[0], '3');
    EXPECT_EQ(index.choose(Platform::parse("linux/arm/v7"))->digest.hex()[0], '2');
    EXPECT_EQ(index.choose(Platform::parse("linux/arm/v8"))->digest.hex()[0], '2');
    EXPECT_EQ(index.choose(Platform::parse("linux/s390x")), nullptr);
}

TEST(ImageConfig, ReadsWhatDockerWritesAndKeepsNullApartFromEmpty) {
    auto config = ImageConfig::parse(R"({"architecture":"amd64","os":"linux","created":"2024-01-01T00:00:00Z",
        "config":{"Cmd":["sh"],"Entrypoint":null,"ExposedPorts":{"80/tcp":{}},"Volumes":null,"Env":["A=b"],
        "Healthcheck":{"Test":["CMD-SHELL","true"],"Interval":1000}},
        "rootfs":{"type":"layers","diff_ids":[")" +
                                     digest_text + R"("]},"history":[{"created_by":"x"}]})");
    EXPECT_FALSE(config.config.entrypoint);
    EXPECT_EQ(*config.config.cmd, std::vector<std::string>{"sh"});
    EXPECT_EQ(config.config.exposed_ports.names, std::vector<std::string>{"80/tcp"});
    EXPECT_EQ(config.config.healthcheck->interval, 1000);
    EXPECT_THAT(json::write(config), testing::HasSubstr(R"("ExposedPorts":{"80/tcp":{}})"));
}

TEST(ImageConfig, RefusesLies) {
    EXPECT_THROW(ImageConfig::parse(R"({"rootfs":{"type":"other","diff_ids":[]}})"), InvalidArgument);
    EXPECT_THROW(ImageConfig::parse(R"({"rootfs":{"type":"layers","diff_ids":["x"]}})"), InvalidArgument);
    EXPECT_THROW(
        ImageConfig::parse(R"({"rootfs":{"type":"layers","diff_ids":[]},"history":[{"created_by":"x"}]})"),
        InvalidArgument);
}

}  // namespace
}  // namespace dhow::oci
