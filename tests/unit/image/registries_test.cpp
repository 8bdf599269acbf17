// Images through Debian's docker-registry, with skopeo on its other side.

#include "image/registries.hpp"

#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/manifest.hpp"
#include "registry/client.hpp"
#include "support/host.hpp"
#include "support/registry.hpp"
#include "unit/image/tar_builder.hpp"
#include "unit/store/temporary.hpp"

namespace dhow::image {
namespace {

using dhow::testing::TarBuilder;
using dhow::testing::TemporaryDirectory;
using dhow::testing::TextOutput;
using dhow::testing::TextSource;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// One machine: a store with its images.
struct Machine {
    TemporaryDirectory folder;
    store::Store store{folder / "root"};
    Images images{store};
    Registries registries{store, {}};
    Cancellation cancellation;
    std::vector<Progress> told;

    oci::Digest import(const std::string& content, const std::string& name) {
        TextSource source(TarBuilder().file("file", content).symlink("link", "file").end());
        ImportOptions options;
        options.name = oci::Reference::parse(name);
        return images.import(source, options);
    }
    std::vector<Pulled> pull(const std::string& name, std::optional<oci::Platform> platform = {}) {
        PullRequest request;
        request.name = oci::Reference::parse(name);
        request.all_tags = request.name.tag.empty() && !request.name.digest;
        request.platform = platform;
        return registries.pull(request, sink(), cancellation);
    }
    std::vector<Pushed> push(const std::string& name) {
        PushRequest request;
        request.name = oci::Reference::parse(name);
        request.all_tags = request.name.tag.empty();
        return registries.push(request, sink(), cancellation);
    }
    ProgressSink sink() {
        return [this](const Progress& progress) { told.push_back(progress); };
    }
    std::vector<std::string> statuses() const {
        std::vector<std::string> all;
        for (const auto& one : told) all.push_back(one.status);
        return all;
    }
    void expect_empty() {
        EXPECT_THAT(images.list({}, true), IsEmpty());
        store.collect();
        EXPECT_TRUE(std::filesystem::is_empty(folder / "root/layers"));
        EXPECT_TRUE(std::filesystem::is_empty(folder / "root/blobs/sha256"));
        EXPECT_TRUE(std::filesystem::is_empty(folder / "root/blobs/ingest"));
    }
};

class RegistriesTest : public ::testing::Test {
  protected:
    void SetUp() override {
        if (auto missing = test::Registry::missing()) GTEST_SKIP() << *missing;
        registry.emplace(host);
    }
    std::string name(const std::string& path) const { return registry->address() + "/" + path; }
    std::string shell(const std::string& line) {
        return test::expect_success(test::run(test::sh(line).on(host))).text();
    }
    static std::size_t count(const std::string& text, const std::string& part) {
        std::size_t times = 0;
        for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++times;
        return times;
    }

    test::Host host;
    std::optional<test::Registry> registry;
};

TEST_F(RegistriesTest, AnImageArrivesAsItWasPushedAndIsPushedAsItArrived) {
    host.inside([&] {
        Machine here, there;
        auto id = here.import("content", name("app:v1"));
        auto pushed = here.push(name("app:v1"));
        ASSERT_THAT(pushed, SizeIs(1));
        EXPECT_THAT(here.images.resolve(name("app:v1")).repo_digests,
                    ElementsAre(name("app@") + pushed[0].digest.text()));

        auto pulled = there.pull(name("app:v1"));
        ASSERT_THAT(pulled, SizeIs(1));
        EXPECT_EQ(pulled[0].id, id);
        EXPECT_TRUE(pulled[0].newer);
        auto image = there.images.resolve(name("app:v1"));
        EXPECT_EQ(image.manifest, pushed[0].digest);
        EXPECT_TRUE(std::filesystem::exists(there.store.layers().diff(image.layers[0]) / "file"));
        EXPECT_THAT(there.statuses(), Contains("Pulling from app"));
        EXPECT_THAT(there.statuses(), Contains("Pull complete"));
        EXPECT_THAT(there.statuses(), Contains("Digest: " + pushed[0].digest.text()));

        there.images.tag(name("app:v1"), name("copy"), "v2");
        EXPECT_EQ(there.push(name("copy:v2"))[0].digest, pushed[0].digest);
        EXPECT_THAT(there.statuses(), Contains("Mounted from app"));
        EXPECT_EQ(shell("skopeo inspect --tls-verify=false --format {{.Digest}} docker://" + name("copy:v2")),
                  pushed[0].digest.text());
        // By digest too, and by all tags.
        there.images.remove(name("copy:v2"), true, true, {});
        EXPECT_EQ(there.pull(name("app@") + pushed[0].digest.text())[0].id, id);
        EXPECT_THAT(there.pull(name("app")), SizeIs(1));
    });
}

TEST_F(RegistriesTest, WhatIsThereIsNotFetchedAgain) {
    host.inside([&] {
        Machine here, there;
        here.import("content", name("app:v1"));
        here.push(name("app:v1"));
        here.told.clear();
        here.push(name("app:v1"));
        EXPECT_THAT(here.statuses(), Contains("Layer already exists"));
        there.pull(name("app:v1"));
        there.told.clear();
        EXPECT_FALSE(there.pull(name("app:v1"))[0].newer);
        EXPECT_THAT(there.statuses(), Contains("Already exists"));
        EXPECT_THAT(there.statuses(), Contains("Status: Image is up to date for " + name("app:v1")));
        EXPECT_THAT(there.statuses(), Not(Contains("Pull complete")));
    });
}

TEST_F(RegistriesTest, PullsOfTheSameLayerAtOnceShareOneDownload) {
    host.inside([&] {
        Machine here, there;
        std::string large;
        for (int i = 0; i < 3'000'000; ++i) large += static_cast<char>(static_cast<unsigned>(i) * 7919u >> 5);
        here.import(large, name("app:v1"));
        here.push(name("app:v1"));
        auto layer =
            oci::Manifest::parse(here.store.blobs().read(here.images.resolve(name("app:v1")).manifest))
                .layers.at(0)
                .digest;
        std::vector<std::thread> pulls;
        for (int i = 0; i < 4; ++i)
            pulls.emplace_back([&] {
                PullRequest request;
                request.name = oci::Reference::parse(name("app:v1"));
                there.registries.pull(request, {}, there.cancellation);
            });
        for (auto& pull : pulls) pull.join();
        EXPECT_EQ(count(registry->log(), "\"GET /v2/app/blobs/" + layer.text()), 1u) << registry->log();
        EXPECT_THAT(there.images.list(), SizeIs(1));
    });
}

TEST_F(RegistriesTest, SkopeosImagesOfEveryPackingKeepTheirDigest) {
    host.inside([&] {
        Machine here, there;
        here.import("content", "app:v1");
        TextOutput saved;
        here.images.save({"app:v1"}, saved);
        auto archive = here.folder / "saved.tar";
        std::ofstream(archive) << saved.text;
        for (std::string format :
             {"oci --dest-compress-format gzip", "oci --dest-compress-format zstd", "v2s2"}) {
            auto target = name("of-skopeo:") + format.substr(format.find_last_of(' ') + 1);
            shell("skopeo --insecure-policy copy -q --dest-tls-verify=false --format " + format +
                  " docker-archive:" + archive.string() + ":app:v1 docker://" + target);
            auto digest = shell("skopeo inspect --tls-verify=false --format {{.Digest}} docker://" + target);
            there.pull(target);
            EXPECT_EQ(there.images.resolve(target).manifest.text(), digest) << format;
            auto copy = target + "-again";
            there.images.tag(target, copy.substr(0, copy.rfind(':')), copy.substr(copy.rfind(':') + 1));
            EXPECT_EQ(there.push(copy)[0].digest.text(), digest) << format;
        }
        // Three packings of one layer: the files are there once.
        EXPECT_EQ(std::distance(std::filesystem::directory_iterator(there.folder / "root/layers"), {}), 1);
        for (const auto& image : there.images.list({}, true))
            there.images.remove(image.id.text(), true, true, {});
        there.expect_empty();
    });
}

TEST_F(RegistriesTest, AnIndexGivesTheImageOfThePlatform) {
    host.inside([&] {
        Machine here, there;
        here.import("content", name("app:v1"));
        auto pushed = here.push(name("app:v1"))[0];
        registry::Options options;
        registry::Session session(options, registry->address(), {}, registry::Purpose::push);
        registry::Client client(session, here.cancellation);
        auto host_platform = oci::Platform::host();
        registry::Document index{std::string(oci::media_type::index), {}, ""};
        index.text = fmt::format(
            R"({{"schemaVersion":2,"mediaType":"{0}","manifests":[{{"mediaType":"{1}","digest":"{2}","size":{3},"platform":{{"architecture":"{4}","os":"linux"}}}},{{"mediaType":"{1}","digest":"{2}","size":{3},"platform":{{"architecture":"unknown","os":"unknown"}}}}]}})",
            index.media_type, oci::media_type::manifest, pushed.digest.text(), pushed.size,
            host_platform.architecture);
        index.digest = registry::digest_of(index.text);
        client.put_manifest("app", "multi", index);

        there.pull(name("app:multi"));
        auto image = there.images.resolve(name("app:multi"));
        EXPECT_EQ(image.manifest, pushed.digest);
        EXPECT_THAT(image.repo_digests, ElementsAre(name("app@") + index.digest.text()));
        try {
            there.pull(name("app:multi"), oci::Platform::parse("linux/s390x"));
            FAIL();
        } catch (const NotFound& error) {
            EXPECT_THAT(error.message(), HasSubstr("no matching manifest for linux/s390x"));
        }
        EXPECT_THROW(there.pull(name("app:v1"), oci::Platform::parse("linux/s390x")), NotFound);
        auto info =
            there.registries.distribution(oci::Reference::parse(name("app:multi")), {}, there.cancellation);
        EXPECT_EQ(info.digest, index.digest);
        EXPECT_THAT(info.platforms, SizeIs(2));
    });
}

TEST_F(RegistriesTest, RefusesWhatIsNoImageAndLeavesNothing) {
    host.inside([&] {
        Machine there;
        registry::Options options;
        registry::Session session(options, registry->address(), {}, registry::Purpose::push);
        registry::Client client(session, there.cancellation);
        auto put = [&](const std::string& text) {
            auto read = [text](std::int64_t offset) {
                return [text, at = static_cast<std::size_t>(offset)](std::span<char> buffer) mutable {
                    auto size = text.copy(buffer.data(), buffer.size(), at);
                    at += size;
                    return size;
                };
            };
            client.push_blob("bad", {registry::digest_of(text), static_cast<std::int64_t>(text.size()), read},
                             {});
        };
        auto tar = TarBuilder().file("../escape", "x").end();
        auto good = TarBuilder().file("file", "x").end();
        auto refused = [&](const std::string& layer_type, const std::string& layer, const std::string& diff,
                           const std::string& config_type =
                               std::string(oci::media_type::config)) -> std::string {
            auto config = fmt::format(
                R"({{"architecture":"amd64","os":"linux","rootfs":{{"type":"layers","diff_ids":["{}"]}}}})",
                registry::digest_of(diff).text());
            put(config);
            put(layer);
            registry::Document manifest{std::string(oci::media_type::manifest), {}, ""};
            manifest.text = fmt::format(
                R"({{"schemaVersion":2,"mediaType":"{}","config":{{"mediaType":"{}","digest":"{}","size":{}}},"layers":[{{"mediaType":"{}","digest":"{}","size":{}}}]}})",
                manifest.media_type, config_type, registry::digest_of(config).text(), config.size(),
                layer_type, registry::digest_of(layer).text(), layer.size());
            manifest.digest = registry::digest_of(manifest.text);
            client.put_manifest("bad", "latest", manifest);
            std::string message;
            try {
                there.pull(name("bad:latest"));
            } catch (const InvalidArgument& error) {
                message = error.message();
            }
            there.expect_empty();
            return message;
        };
        auto plain = std::string(oci::media_type::layer);
        EXPECT_THAT(refused(plain, tar, tar), HasSubstr(".."));
        EXPECT_THAT(refused(plain, good, "other"), HasSubstr("configuration says"));
        EXPECT_THAT(refused("application/vnd.oci.image.layer.v1.tar+gzip", "\x1f\x8b\x08nonsense", good),
                    HasSubstr("gzip"));
        EXPECT_THAT(refused(plain, good, good, "application/vnd.example.chart"), HasSubstr("is no image"));
        EXPECT_THAT(refused("application/vnd.example.thing", good, good), HasSubstr("unsupported layer"));
    });
}

TEST_F(RegistriesTest, SaysWhatIsNotThereInDockersWords) {
    host.inside([&] {
        Machine here;
        here.import("content", name("app:v1"));
        auto message = [](auto&& call) -> std::string {
            try {
                call();
            } catch (const NotFound& error) {
                return error.message();
            }
            return "";
        };
        EXPECT_EQ(message([&] { here.pull(name("app:v1")); }),
                  "manifest for " + name("app:v1") + " not found: manifest unknown: manifest unknown");
        EXPECT_EQ(message([&] { here.push(name("app:v2")); }), "tag does not exist: " + name("app:v2"));
        EXPECT_EQ(message([&] { here.push(name("other:v1")); }),
                  "An image does not exist locally with the tag: " + name("other"));
    });
}

TEST_F(RegistriesTest, ADeadRegistryAndACancelledPullLeaveNothing) {
    host.inside([&] {
        Machine here, there;
        std::string large;
        for (int i = 0; i < 20'000'000; ++i)
            large += static_cast<char>(static_cast<unsigned>(i) * 7919u >> 5);
        here.import(large, name("app:v1"));
        here.push(name("app:v1"));
        there.registries.pull({.name = oci::Reference::parse(name("app:v1"))}, {}, there.cancellation);
        there.images.remove(name("app:v1"), true, true, {});
        there.expect_empty();
        PullRequest request;
        request.name = oci::Reference::parse(name("app:v1"));
        auto cancel = [&](const Progress& progress) {
            if (progress.current > 0) there.cancellation.cancel();
        };
        EXPECT_THROW(there.registries.pull(request, cancel, there.cancellation), registry::Cancelled);
        there.expect_empty();
        Cancellation fresh;
        registry->stop();
        EXPECT_THROW(there.registries.pull(request, {}, fresh), registry::ConnectionFailed);
        there.expect_empty();
    });
}

}  // namespace
}  // namespace dhow::image
