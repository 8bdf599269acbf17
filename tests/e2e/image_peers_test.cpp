// One image goes around: made by each of dhowd, dockerd, podman and skopeo, through a registry and through
// archives, to each of the others. Digests agree, and so does every file.

#include "e2e/image_peers.hpp"

#include <iostream>

#include <gmock/gmock.h>

#include "base/error.hpp"
#include "support/registry.hpp"

namespace dhow::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

/// The engines share a network namespace, for each must reach the registry; so nothing is checked for leaks
/// here.
class ImagePeers : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        if (Registry::missing() || Dockerd::missing()) return;
        host_ = std::make_unique<Host>();
        dhowd = std::make_unique<Dhowd>(*host_);
        dockerd = std::make_unique<Dockerd>(*host_);
        dhowd->import_busybox();
        dockerd->import_busybox();
    }
    static void TearDownTestSuite() {
        dockerd.reset();
        dhowd.reset();
        host_.reset();
    }
    void SetUp() override {
        if (auto missing = Registry::missing()) GTEST_SKIP() << *missing;
        if (auto missing = Dockerd::missing()) GTEST_SKIP() << *missing;
        registry = std::make_unique<Registry>(host());
        peers.push_back(std::make_unique<EnginePeer>(*dhowd, "dhow", Client::dhow));
        peers.push_back(std::make_unique<EnginePeer>(*dhowd, "dhowd", Client::docker));
        peers.push_back(std::make_unique<EnginePeer>(*dockerd, "dockerd", Client::docker));
        if (PodmanPeer::is_here())
            peers.push_back(std::make_unique<PodmanPeer>(host(), folder.path() / "podman"));
        else
            std::cerr << "podman is not installed: images do not go through it\n";
    }
    static const Host& host() { return *host_; }
    std::string in_registry(const std::string& name) const { return registry->address() + "/" + name; }
    static std::string skopeo(const std::string& line) {
        return expect_success(run(sh("skopeo --insecure-policy " + line).on(host()))).text();
    }
    static std::string digest_in_registry(const std::string& image) {
        return skopeo("inspect --tls-verify=false --format {{.Digest}} docker://" + image);
    }
    static std::string id_in_registry(const std::string& image) {
        auto text = expect_success(run(sh("skopeo inspect --tls-verify=false --raw --config docker://" +
                                          image + " | sha256sum")
                                           .on(host())))
                        .text();
        return text.substr(0, text.find(' '));
    }
    /// An image with all that a file can have, made by a container of `maker`.
    static void make_image(Daemon& maker, const std::string& image) {
        maker.docker_ok(
            "run --name maker --cap-add MKNOD busybox sh -ec '"
            "mkdir -p /x/opaque /x/long; cd /x; echo hello >file; chown 3000000:7 file; chmod 6755 file; "
            "ln file hard; ln -s ../../../../etc/passwd soft; mkfifo pipe; mknod device b 7 9; "
            "truncate -s 5M sparse; touch long/$(printf n%.0s $(seq 1 180)); touch -d @1234567890 file; "
            "rm -r /www; mkdir /www; echo o >/www/new; rm /bin/wget'");
        auto upper = maker.docker_ok("inspect -f '{{.GraphDriver.Data.UpperDir}}' maker");
        expect_success(run(sh("setfattr -n user.color -v blue " + upper +
                              "/x/file && setfattr -n "
                              "security.capability -v 0sAQAAAgAgAAAAAAAAAAAAAAAAAAA= " +
                              upper + "/x/sparse")));
        maker.docker_ok("commit maker " + image);
        maker.docker_ok("rm maker");
    }
    static void expect_everything(const std::string& files, bool attributes = true) {
        EXPECT_THAT(files, HasSubstr("x/file f 6755 3000000:7 2 1234567890"));
        if (attributes) {
            EXPECT_THAT(files, HasSubstr("user.color=\"blue\""));
        }
        EXPECT_THAT(files, HasSubstr("security.capability="));
        EXPECT_THAT(files, HasSubstr("../../../../etc/passwd"));
        EXPECT_THAT(files, HasSubstr("x/device 7 9"));
        EXPECT_THAT(files, Not(HasSubstr("bin/wget")));
        EXPECT_THAT(files, Not(HasSubstr("www/index.html")));
    }
    /// Every peer pulls `image`; its files are `expected`, or all the same.
    void expect_all_pull(const std::string& image, std::string expected = "") {
        auto digest = digest_in_registry(image), id = id_in_registry(image);
        for (auto& peer : peers) {
            SCOPED_TRACE("pulled by " + peer->name());
            peer->pull(image);
            EXPECT_THAT(peer->line("image inspect -f '{{.RepoDigests}}' " + image), HasSubstr(digest));
            EXPECT_EQ(peer->id(image), id);
            auto files = files_of(peer->layers(image));
            if (expected.empty()) expected = files;
            EXPECT_EQ(files, expected);
            peer->line("rmi -f " + image);
        }
    }

    static inline std::unique_ptr<Host> host_;
    static inline std::unique_ptr<Dhowd> dhowd;
    static inline std::unique_ptr<Dockerd> dockerd;
    ScratchFolder folder;
    std::unique_ptr<Registry> registry;
    std::vector<std::unique_ptr<Peer>> peers;
};

TEST_F(ImagePeers, digests_and_files_agree_whoever_made_the_image) {
    struct Made {
        std::string by;
        Daemon* maker;
    };
    for (const auto& [by, maker] : {Made{"dhowd", dhowd.get()}, Made{"dockerd", dockerd.get()}}) {
        auto image = in_registry("by-" + by + ":1");
        make_image(*maker, image);
        maker->docker_ok("push -q " + image);
        auto digest = digest_in_registry(image);
        std::string expected;
        for (auto& peer : peers) {
            SCOPED_TRACE("made by " + by + ", pulled by " + peer->name());
            peer->pull(image);
            EXPECT_THAT(peer->line("image inspect -f '{{.RepoDigests}}' " + image), HasSubstr(digest));
            auto files = files_of(peer->layers(image));
            // dockerd's commit drops all attributes but capabilities.
            expect_everything(files, by != "dockerd");
            if (expected.empty()) expected = files;
            EXPECT_EQ(files, expected);
            // And back again, under another name.
            auto again = in_registry("again-" + peer->name() + "-" + by + ":1");
            peer->line("tag " + image + " " + again);
            peer->push(again);
            if (peer->keeps_digest(by)) {
                EXPECT_EQ(digest_in_registry(again), digest);
            }
            peer->line("rmi -f " + again + " " + image);
            expect_all_pull(again, expected);
        }
    }
}

TEST_F(ImagePeers, tags_digests_platforms_and_all_tags_name_the_same_images) {
    // One index of two platforms, and its images under tags of their own, by skopeo.
    auto image = in_registry("index");
    make_image(*dhowd, image + ":amd64");
    dhowd->docker_ok("push -q " + image + ":amd64");
    dhowd->docker_ok("save -o " + (folder.path() / "amd64.tar").native() + " " + image + ":amd64");
    dhowd->docker_ok("rmi -f " + image + ":amd64");
    expect_success(run(sh(IMAGE_INDEX " " + (folder.path() / "amd64.tar").native() + " " +
                          (folder.path() / "layout").native())));
    skopeo("copy -q --all --dest-tls-verify=false oci:" + (folder.path() / "layout").native() +
           ":index docker://" + image + ":both");
    auto digest = digest_in_registry(image + ":both");
    std::map<std::string, std::string> expected;
    for (auto& peer : peers) {
        SCOPED_TRACE(peer->name());
        std::map<std::string, std::string> ids;
        auto note = [&](const std::string& how, const std::string& name) {
            ids[how] = peer->id(name) + " " + peer->line("image inspect -f '{{.Architecture}}' " + name);
            peer->line("rmi -f " + name);
        };
        peer->pull(image + ":both");
        note("tag", image + ":both");
        peer->pull(image + "@" + digest);
        note("digest", image + "@" + digest);
        peer->line("pull -q --platform linux/arm64 " + image + ":both");
        note("platform", image + ":both");
        peer->line("pull -q -a " + image);
        note("all tags, one", image + ":amd64");
        note("all tags, other", image + ":both");
        EXPECT_THAT(ids["tag"], HasSubstr(" amd64"));
        EXPECT_THAT(ids["platform"], HasSubstr(" arm64"));
        EXPECT_EQ(ids["tag"], ids["digest"]);
        if (expected.empty()) expected = ids;
        EXPECT_EQ(ids, expected);
    }
}

TEST_F(ImagePeers, archives_of_each_load_in_each) {
    auto image = in_registry("saved:1");
    make_image(*dhowd, image);
    dhowd->docker_ok("push -q " + image);
    auto id = dhowd->docker_ok("inspect -f '{{.Id}}' " + image);
    std::map<std::string, fs::path> archives;
    for (auto& maker : peers) {
        maker->pull(image);
        auto archive = folder.path() / (maker->name() + ".tar");
        maker->line("save -o " + archive.native() + " " + image);
        maker->line("rmi -f " + image);
        archives[maker->name()] = archive;
    }
    for (std::string kind : {"docker", "oci"}) {
        auto archive = folder.path() / ("skopeo-" + kind);
        skopeo("copy -q --src-tls-verify=false docker://" + image + " " + kind +
               "-archive:" + archive.native() + ":" + image);
        archives["skopeo's " + kind] = archive;
    }
    std::string expected;
    for (const auto& [maker, archive] : archives) {
        for (auto& taker : peers) {
            // dockerd of this version wants docker's own archives.
            if (maker == "skopeo's oci" && taker->name() == "dockerd") continue;
            SCOPED_TRACE("saved by " + maker + ", loaded by " + taker->name());
            taker->load(archive);
            EXPECT_THAT(id, HasSubstr(taker->id(image)));
            auto files = files_of(taker->layers(image));
            expect_everything(files);
            if (expected.empty()) expected = files;
            EXPECT_EQ(files, expected);
            taker->line("rmi -f " + image);
        }
        if (maker.starts_with("skopeo")) continue;
        SCOPED_TRACE("saved by " + maker + ", copied by skopeo");
        auto copied = in_registry("copied:" + maker);
        skopeo("copy -q --dest-tls-verify=false docker-archive:" + archive.native() + " docker://" + copied);
        EXPECT_THAT(id, HasSubstr(id_in_registry(copied)));
    }
}

TEST_F(ImagePeers, what_each_imports_and_commits_is_the_same_for_all) {
    auto source = in_registry("source:1");
    make_image(*dhowd, source);
    auto tar = folder.path() / "root.tar";
    dhowd->docker_ok("create --name source " + source + " true");
    expect_success(run(dhowd->sh("docker export source >" + tar.native())));
    dhowd->docker_ok("rm source");
    dhowd->docker_ok("rmi -f " + source);
    expect_success(run(sh("echo added >" + (folder.path() / "added").native() + " && touch -d @1700000000 " +
                          (folder.path() / "added").native())));
    std::string imported, committed;
    for (auto& peer : peers) {
        SCOPED_TRACE("made by " + peer->name());
        auto image = in_registry("imported-by-" + peer->name() + ":1");
        peer->line("import -c 'CMD sh' " + tar.native() + " " + image);
        auto files = files_of(peer->layers(image));
        if (imported.empty()) imported = files;
        EXPECT_EQ(files, imported);
        peer->push(image);
        auto changed = in_registry("committed-by-" + peer->name() + ":1");
        peer->line("create --name changed " + image + " true");
        peer->line("cp " + (folder.path() / "added").native() + " changed:/x/added");
        peer->line("commit -c 'ENV A=b' changed " + changed);
        peer->line("rm changed");
        files = files_of(peer->layers(changed));
        EXPECT_THAT(files, HasSubstr("x/added f"));
        if (committed.empty()) committed = files;
        EXPECT_EQ(files, committed);
        EXPECT_THAT(peer->line("image inspect -f '{{.Config.Env}}' " + changed), HasSubstr("A=b"));
        peer->push(changed);
        peer->line("rmi -f " + changed + " " + image);
        expect_all_pull(image, imported);
        expect_all_pull(changed, committed);
    }
}

}  // namespace
}  // namespace dhow::test
