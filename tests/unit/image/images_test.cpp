// The verbs on images: import, load, save, tag, remove, prune, list, history, and docker's words where they
// refuse.

#include "image/images.hpp"

#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "image/change.hpp"
#include "unit/image/tar_builder.hpp"
#include "unit/store/temporary.hpp"

namespace dhow::image {
namespace {

using dhow::testing::TarBuilder;
using dhow::testing::TemporaryDirectory;
using dhow::testing::TextOutput;
using dhow::testing::TextSource;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ImagesTest : public ::testing::Test {
  protected:
    oci::Digest import(const std::string& content, const std::string& name = "",
                       std::vector<std::string> changes = {}) {
        TextSource source(TarBuilder().file("file", content).end());
        ImportOptions options;
        if (!name.empty()) options.name = oci::Reference::parse(name);
        options.changes = std::move(changes);
        return images.import(source, options);
    }
    std::vector<Loaded> load(const std::string& archive, std::optional<oci::Platform> platform = {}) {
        TextSource source(archive);
        return images.load(source, platform);
    }
    std::string save(const std::vector<std::string>& references) {
        TextOutput output;
        images.save(references, output);
        return output.text;
    }
    std::string refusal(std::string_view reference, bool force = false, std::vector<ContainerUse> uses = {}) {
        try {
            images.remove(reference, force, true, uses);
        } catch (const Conflict& error) {
            return error.message();
        } catch (const NotFound& error) {
            return error.message();
        }
        return "";
    }
    static std::vector<std::string> lines(const std::vector<Removed>& removed) {
        std::vector<std::string> result;
        for (const auto& line : removed)
            result.push_back((line.what == Removed::What::untagged ? "Untagged: " : "Deleted: ") +
                             line.object);
        return result;
    }
    void expect_empty() {
        EXPECT_TRUE(std::filesystem::is_empty(folder / "root/layers"));
        EXPECT_TRUE(std::filesystem::is_empty(folder / "root/blobs/sha256"));
        EXPECT_TRUE(std::filesystem::is_empty(folder / "root/blobs/ingest"));
    }

    TemporaryDirectory folder;
    store::Store store{folder / "root"};
    Images images{store};
};

TEST_F(ImagesTest, ImportMakesAnImageThatIsFoundByNameAndId) {
    auto id = import("hello", "busybox", {"CMD [\"sh\"]", "ENV A=b"});
    for (const auto& reference :
         {std::string("busybox"), std::string("busybox:latest"), std::string("docker.io/library/busybox"),
          id.text(), std::string(id.hex()), id.short_id(), "sha256:" + id.short_id()})
        EXPECT_EQ(images.resolve(reference).id, id) << reference;
    auto image = images.resolve("busybox");
    EXPECT_THAT(image.repo_tags, ElementsAre("busybox:latest"));
    EXPECT_THAT(image.repo_digests, IsEmpty());
    EXPECT_EQ(*image.config->config.cmd, std::vector<std::string>{"sh"});
    EXPECT_EQ(image.config->comment, "Imported from -");
    EXPECT_EQ(image.config->os, "linux");
    EXPECT_EQ(image.size, 5);
    EXPECT_THAT(image.layers, SizeIs(1));
    EXPECT_TRUE(std::filesystem::exists(store.layers().diff(image.layers[0]) / "file"));
    EXPECT_FALSE(images.find("other"));
    EXPECT_THROW(images.resolve("Busybox"), InvalidArgument);
    EXPECT_EQ(refusal("nosuch"), "No such image: nosuch:latest");
    EXPECT_EQ(refusal("sha256:" + std::string(64, '0')), "No such image: sha256:" + std::string(64, '0'));
}

TEST_F(ImagesTest, ANameMovesToTheNewerImage) {
    auto first = import("one", "app"), second = import("two", "app");
    EXPECT_EQ(images.resolve("app").id, second);
    EXPECT_TRUE(images.resolve(first.text()).dangling());
    EXPECT_EQ(images.tag("app", "localhost:5000/a/b", "v1"), "localhost:5000/a/b:v1");
    EXPECT_THAT(images.resolve("app").repo_tags, ElementsAre("app:latest", "localhost:5000/a/b:v1"));
    EXPECT_THROW(images.tag("app", "A", ""), InvalidArgument);
    EXPECT_THROW(images.tag("app", "a", "bad tag"), InvalidArgument);
    EXPECT_THROW(images.tag("app", "sha256", ""), InvalidArgument);
    EXPECT_THROW(images.tag("nosuch", "a", ""), NotFound);
}

TEST_F(ImagesTest, RemovalFollowsDockersRules) {
    auto id = import("one", "app");
    images.tag("app", "other", "");
    std::string text = id.short_id();
    ContainerUse stopped{id, "0123456789abcdef", false}, running{id, "fedcba9876543210", true};
    EXPECT_EQ(refusal(id.text()), "conflict: unable to delete " + text +
                                      " (must be forced) - image is referenced in multiple repositories");
    EXPECT_EQ(refusal(id.text(), true, {running}),
              "conflict: unable to delete " + text +
                  " (cannot be forced) - image is being used by running container fedcba987654");
    EXPECT_THAT(lines(images.remove("app", false, true, {stopped})), ElementsAre("Untagged: app:latest"));
    EXPECT_EQ(refusal("other", false, {stopped}),
              "conflict: unable to remove repository reference \"other\" (must force) - container "
              "0123456789ab is using its referenced image " +
                  text);
    EXPECT_EQ(refusal(id.text(), false, {stopped}),
              "conflict: unable to delete " + text +
                  " (must be forced) - image is being used by stopped container 0123456789ab");
    auto removed = lines(images.remove(id.text(), true, true, {stopped}));
    EXPECT_THAT(removed, ElementsAre("Untagged: other:latest", "Deleted: " + id.text(),
                                     HasSubstr("Deleted: sha256:")));
    expect_empty();
}

TEST_F(ImagesTest, AForcedUntagOfAUsedImageKeepsTheContainersLayers) {
    auto id = import("one", "app");
    auto layers = images.resolve("app").layers;
    store.snapshots().prepare("c", layers);
    EXPECT_THAT(lines(images.remove("app", true, true, {{id, "c", false}})),
                ElementsAre("Untagged: app:latest", "Deleted: " + id.text()));
    EXPECT_TRUE(std::filesystem::exists(store.layers().diff(layers[0]) / "file"));
    store.remove_snapshot("c");
    expect_empty();
}

TEST_F(ImagesTest, AFailedLoadLeavesNoLayer) {
    import("one", "app");
    auto archive = save({"app"});
    images.remove("app", true, true, {});
    // The layers come first in an archive, and then the configuration is not the one that they are of.
    auto place = archive.find("\"diff_ids\":[\"sha256:");
    ASSERT_NE(place, std::string::npos);
    archive[place + 25] = archive[place + 25] == '0' ? '1' : '0';
    EXPECT_THROW(load(archive), Error);
    expect_empty();
}

TEST_F(ImagesTest, PruneTakesDanglingImagesOrAllUnused) {
    import("one", "app");
    auto used = import("two", "used");
    import("three", "app");
    auto report = images.prune({}, {});
    EXPECT_THAT(report.removed, SizeIs(2));
    EXPECT_EQ(report.space_reclaimed, 3);
    EXPECT_THAT(images.list(), SizeIs(2));
    report = images.prune(Filter::parse({{"dangling", {"false"}}}), {{used, "c", true}});
    EXPECT_THAT(images.list(), SizeIs(1));
    EXPECT_EQ(images.list()[0].id, used);
}

TEST_F(ImagesTest, ListFilters) {
    auto first = import("one", "busybox:1", {"LABEL a=1"});
    auto second = import("two", "busybox:2", {"LABEL a=2 b=x"});
    auto third = import("three", "localhost/app");
    auto ids = [&](std::map<std::string, std::vector<std::string>> filters) {
        std::vector<oci::Digest> result;
        for (const auto& image : images.list(Filter::parse(filters))) result.push_back(image.id);
        return result;
    };
    EXPECT_THAT(ids({}), ElementsAre(third, second, first));
    EXPECT_THAT(ids({{"reference", {"busybox"}}}), ElementsAre(second, first));
    EXPECT_THAT(ids({{"reference", {"*:2", "*/app"}}}), ElementsAre(third, second));
    EXPECT_THAT(ids({{"label", {"a"}}}), ElementsAre(second, first));
    EXPECT_THAT(ids({{"label", {"a=2", "b"}}}), ElementsAre(second));
    EXPECT_THAT(ids({{"before", {"busybox:2"}}}), ElementsAre(first));
    EXPECT_THAT(ids({{"since", {"busybox:1"}}}), ElementsAre(third, second));
    EXPECT_THAT(ids({{"until", {"2000-01-01"}}}), IsEmpty());
    EXPECT_THAT(ids({{"until", {"0s"}}}), SizeIs(3));
    EXPECT_THAT(ids({{"dangling", {"true"}}}), IsEmpty());
    EXPECT_THROW(ids({{"nonsense", {"x"}}}), InvalidArgument);
    EXPECT_THROW(ids({{"dangling", {"maybe"}}}), InvalidArgument);
    EXPECT_THROW(ids({{"before", {"nosuch"}}}), NotFound);
}

TEST_F(ImagesTest, HistoryNamesTheImageAndItsLayersSizes) {
    auto id = import("hello", "app");
    auto history = images.history("app");
    ASSERT_THAT(history, SizeIs(1));
    EXPECT_EQ(history[0].id, id.text());
    EXPECT_EQ(history[0].size, 5);
    EXPECT_EQ(history[0].comment, "Imported from -");
    EXPECT_THAT(history[0].tags, ElementsAre("app:latest"));
}

TEST_F(ImagesTest, WhatIsSavedLoadsAgainTheSame) {
    auto id = import("one", "app:v1"), other = import("two", "localhost:5000/b");
    images.tag("app:v1", "app", "v2");
    auto archive = save({"app:v1", "app:v2", "localhost:5000/b"});
    EXPECT_EQ(save({"app:v1", "app:v2", "localhost:5000/b"}), archive);
    images.remove(id.text(), true, true, {});
    images.remove("localhost:5000/b", true, true, {});
    expect_empty();
    auto loaded = load(archive);
    ASSERT_THAT(loaded, SizeIs(2));
    EXPECT_EQ(loaded[0].id, id);
    EXPECT_THAT(loaded[0].names, ElementsAre("app:v1", "app:v2"));
    EXPECT_EQ(images.resolve("localhost:5000/b").id, other);
    EXPECT_EQ(save({"app:v1", "app:v2", "localhost:5000/b"}), archive);
    EXPECT_THAT(load(archive), SizeIs(2)) << "what is there already is no error";
}

/// An OCI layout of one gzip layer, with the faults a test asks for.
struct Layout {
    std::string layer_type = "application/vnd.oci.image.layer.v1.tar+gzip";
    std::string name = "app:oci";
    bool lie_about_layer = false, lie_about_diff_id = false, lie_about_size = false, damage_config = false,
         two_layers = false;

    static std::string gzip(const std::string& text) {
        TemporaryDirectory scratch;
        std::ofstream(scratch / "in") << text;
        EXPECT_EQ(
            ::system(("gzip -n < " + (scratch / "in").string() + " > " + (scratch / "out").string()).c_str()),
            0);
        std::ifstream file(scratch / "out");
        return {std::istreambuf_iterator<char>(file), {}};
    }

    std::string build() const {
        auto tar = TarBuilder().file("file", "content").end();
        auto layer = gzip(tar);
        auto diff_id = lie_about_diff_id ? store::sha256("other") : store::sha256(tar);
        auto digest = store::sha256(layer);
        auto path = [](const oci::Digest& d) { return "blobs/sha256/" + std::string(d.hex()); };
        std::string config =
            R"({"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[")" +
            diff_id.text() + R"("]}})";
        std::string layer_entry = fmt::format(R"({{"mediaType":"{}","digest":"{}","size":{}}})", layer_type,
                                              digest.text(), layer.size() + (lie_about_size ? 1 : 0));
        std::string manifest = fmt::format(
            R"({{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{}","size":{}}},"layers":[{}]}})",
            store::sha256(config).text(), config.size(),
            two_layers ? layer_entry + "," + layer_entry : layer_entry);
        std::string index = fmt::format(
            R"({{"schemaVersion":2,"manifests":[{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{}","size":{},"annotations":{{"io.containerd.image.name":"{}"}}}}]}})",
            store::sha256(manifest).text(), manifest.size(), name);
        TarBuilder builder;
        builder.directory("blobs").directory("blobs/sha256");
        builder.file(path(lie_about_layer ? store::sha256("x") : digest), layer);
        auto config_content = config;
        if (damage_config) config_content[20] = 'X';
        return builder.file(path(store::sha256(config)), config_content)
            .file(path(store::sha256(manifest)), manifest)
            .file("index.json", index)
            .file("oci-layout", R"({"imageLayoutVersion":"1.0.0"})")
            .end();
    }
};

TEST_F(ImagesTest, LoadTakesOciLayoutsAndKeepsPackedLayersAsTheyCame) {
    Layout layout;
    auto loaded = load(layout.build());
    ASSERT_THAT(loaded, SizeIs(1));
    EXPECT_THAT(loaded[0].names, ElementsAre("app:oci"));
    auto archive = save({"app:oci"});
    images.remove("app:oci", false, true, {});
    expect_empty();
    EXPECT_EQ(load(archive)[0].id, loaded[0].id);
    EXPECT_EQ(save({"app:oci"}), archive);
}

TEST_F(ImagesTest, LyingArchivesAreRefusedAndNothingIsLeft) {
    auto refused = [&](const Layout& layout) {
        EXPECT_THROW(load(layout.build()), InvalidArgument);
        store.collect();
        EXPECT_THAT(images.list({}, true), IsEmpty());
        EXPECT_TRUE(std::filesystem::is_empty(folder / "root/layers"));
        EXPECT_TRUE(std::filesystem::is_empty(folder / "root/blobs/sha256"));
    };
    refused({.lie_about_layer = true});
    refused({.lie_about_diff_id = true});
    refused({.lie_about_size = true});
    refused({.damage_config = true});
    refused({.two_layers = true});
    refused({.layer_type = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"});
    refused({.layer_type = "text/html"});
    refused({.name = "Not A Name"});
    EXPECT_THROW(load(""), InvalidArgument);
    EXPECT_THROW(load(TarBuilder().file("a", "b").end()), InvalidArgument);
    EXPECT_THROW(load(TarBuilder().file("manifest.json", "[]").end()), InvalidArgument);
    EXPECT_THROW(load(TarBuilder().file("manifest.json", "{").end()), InvalidArgument);
    EXPECT_THROW(
        load(TarBuilder().file("manifest.json", R"([{"Config":"../../etc/passwd","Layers":[]}])").end()),
        InvalidArgument);
    EXPECT_THROW(load(TarBuilder().file("../manifest.json", "[]").end()), InvalidArgument);
    EXPECT_THROW(load(TarBuilder().symlink("manifest.json", "../../../etc/passwd").end()), InvalidArgument);
}

TEST_F(ImagesTest, ADockerArchiveMadeBySkopeoAndAnOciOneLoad) {
    if (::access("/usr/bin/skopeo", X_OK) != 0) GTEST_SKIP() << "no skopeo";
    import("content of a file", "app:v1", {"CMD [\"sh\"]"});
    std::ofstream(folder / "saved.tar") << save({"app:v1"});
    auto id = images.resolve("app:v1").id;
    auto path = [&](const std::string& name) { return (folder / name).string(); };
    std::string skopeo = "skopeo --insecure-policy copy -q docker-archive:" + path("saved.tar");
    ASSERT_EQ(::system((skopeo + " docker-archive:" + path("docker.tar") + ":app:skopeo").c_str()), 0);
    ASSERT_EQ(::system((skopeo + " oci-archive:" + path("oci.tar") + ":localhost/app:oci").c_str()), 0);
    images.remove("app:v1", true, true, {});
    for (auto [name, tag] :
         {std::pair{"docker.tar", "app:skopeo"}, std::pair{"oci.tar", "localhost/app:oci"}}) {
        FdSource source(UniqueFd(::open(path(name).c_str(), O_RDONLY)));
        auto loaded = images.load(source);
        ASSERT_THAT(loaded, SizeIs(1));
        EXPECT_THAT(loaded[0].names, ElementsAre(tag));
        EXPECT_EQ(images.resolve(tag).config->rootfs.diff_ids,
                  images.resolve(loaded[0].id.text()).config->rootfs.diff_ids);
        EXPECT_EQ(*images.resolve(tag).config->config.cmd, std::vector<std::string>{"sh"});
        EXPECT_TRUE(std::filesystem::exists(store.layers().diff(images.resolve(tag).layers[0]) / "file"));
    }
    EXPECT_EQ(images.resolve("app:skopeo").id, id);
}

TEST(ImagesCrash, AKillDuringLoadLeavesNothing) {
    TemporaryDirectory folder;
    std::string archive;
    {
        store::Store store(folder / "source");
        Images images(store);
        TarBuilder tar;
        for (int i = 0; i < 300; ++i)
            tar.file("file" + std::to_string(i), std::string(5000, static_cast<char>('a' + i % 26)));
        TextSource source(tar.end());
        ImportOptions options;
        options.name = oci::Reference::parse("app");
        images.import(source, options);
        TextOutput output;
        images.save({"app"}, output);
        archive = output.text;
    }
    for (int round = 0; round < 10; ++round) {
        pid_t child = ::fork();
        if (child == 0) {
            store::Store store(folder / "root");
            Images images(store);
            while (true) {
                TextSource source(archive);
                images.load(source);
                images.remove("app", true, true, {});
            }
        }
        ::usleep(static_cast<useconds_t>(5000 + 3100 * round));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        store::Store store(folder / "root");
        Images images(store);
        auto left = images.list({}, true);
        for (const auto& image : left) {
            TextOutput output;
            images.save({image.id.text()}, output);  // checks every byte
        }
        EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "root/layers"), {}),
                  static_cast<std::ptrdiff_t>(left.size()));
        EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "root/blobs/sha256"), {}),
                  static_cast<std::ptrdiff_t>(2 * left.size()));
        EXPECT_TRUE(std::filesystem::is_empty(folder / "root/blobs/ingest"));
    }
}

TEST(Change, TakesADockerfilesInstructions) {
    oci::ContainerConfig config;
    apply_changes(
        {"CMD echo hi", "ENTRYPOINT [\"/init\", \"-x\"]", "env A=1 B=\"two words\" C=a\\ b", "ENV A 5 six",
         "EXPOSE 80 53/udp 8000-8002", "LABEL a=b \"c d\"='e f'", "USER 1000:1000", "VOLUME /data [\"x\"]",
         "VOLUME [\"/a b\"]", "WORKDIR /a/b", "WORKDIR ../c/./d", "STOPSIGNAL SIGINT", "ONBUILD RUN x",
         "HEALTHCHECK --interval=5s --retries=3 CMD curl -f x"},
        config);
    EXPECT_THAT(*config.cmd, ElementsAre("/bin/sh", "-c", "echo hi"));
    EXPECT_THAT(*config.entrypoint, ElementsAre("/init", "-x"));
    EXPECT_THAT(config.env, ElementsAre("A=5 six", "B=two words", "C=a b"));
    EXPECT_THAT(config.exposed_ports.names,
                ElementsAre("53/udp", "80/tcp", "8000/tcp", "8001/tcp", "8002/tcp"));
    EXPECT_EQ(config.labels["c d"], "e f");
    EXPECT_EQ(config.user, "1000:1000");
    EXPECT_THAT(config.volumes.names, ::testing::Contains("/a b"));
    EXPECT_EQ(config.working_dir, "/a/c/d");
    EXPECT_EQ(config.stop_signal, "SIGINT");
    EXPECT_THAT(config.on_build, ElementsAre("RUN x"));
    EXPECT_THAT(config.healthcheck->test, ElementsAre("CMD-SHELL", "curl -f x"));
    EXPECT_EQ(config.healthcheck->retries, 3);
}

TEST(Change, RefusesWhatIsNoChange) {
    oci::ContainerConfig config;
    for (const auto* bad : {"FROM x", "RUN x", "NONSENSE", "ENV", "ENV A", "LABEL =b", "EXPOSE 99999",
                            "EXPOSE 80/icmp", "EXPOSE 9-1", "ONBUILD ONBUILD RUN x", "HEALTHCHECK FROB",
                            "ENV A=\"open", "HEALTHCHECK --interval=1us CMD x", ""})
        EXPECT_THROW(apply_change(bad, config), InvalidArgument) << bad;
}

}  // namespace
}  // namespace dhow::image
