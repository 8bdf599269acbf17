// One image goes around: made by each of dhowd, dockerd, podman and skopeo, through a registry, to each of
// the others. Digests agree, and so does every file.

#include <iostream>

#include <gmock/gmock.h>
#include <unistd.h>

#include "support/daemon.hpp"
#include "support/registry.hpp"

namespace dhow::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// An engine by its command line.
class Peer {
  public:
    virtual ~Peer() = default;
    virtual std::string name() const = 0;
    /// Runs `docker LINE` in its own words. @throws InternalError unless it succeeds
    virtual std::string line(const std::string& line) = 0;
    virtual void pull(const std::string& image) { line("pull -q " + image); }
    virtual void push(const std::string& image) { line("push -q " + image); }
    virtual std::string load(const std::string& archive) { return line("load -q -i " + archive); }
    /// Lower directories of an image, the top first, as overlayfs takes them.
    virtual std::string layers(const std::string& image) = 0;
};

class EnginePeer final : public Peer {
  public:
    EnginePeer(Daemon& daemon, std::string name, Client client)
        : daemon_(daemon), name_(std::move(name)), client_(client) {}
    std::string name() const override { return name_; }
    std::string line(const std::string& line) override { return daemon_.docker_ok(line, client_); }
    std::string layers(const std::string& image) override {
        line("create --name looker " + image + " true");
        auto lower = line("inspect -f '{{.GraphDriver.Data.LowerDir}}' looker");
        line("rm looker");
        return lower;
    }

  private:
    Daemon& daemon_;
    std::string name_;
    Client client_;
};

class PodmanPeer final : public Peer {
  public:
    PodmanPeer(const Host& host, const fs::path& folder) : host_(host), folder_(folder) {
        fs::create_directories(folder);
        write_file(folder / "policy.json", R"({"default":[{"type":"insecureAcceptAnything"}]})");
    }
    ~PodmanPeer() override {
        // Its folders hold mounts while it thinks that they are in use.
        run(command("system reset -f"));
        run(sh("umount " + (folder_ / "root/overlay").native() + " 2>/dev/null"));
    }
    std::string name() const override { return "podman"; }
    std::string line(const std::string& line) override { return expect_success(run(command(line))).text(); }
    void pull(const std::string& image) override { line("pull -q --tls-verify=false " + image); }
    void push(const std::string& image) override { line("push -q --tls-verify=false " + image); }
    std::string layers(const std::string& image) override {
        auto top = line("image inspect -f '{{.GraphDriver.Data.UpperDir}}' " + image);
        auto lower = line("image inspect -f '{{.GraphDriver.Data.LowerDir}}' " + image);
        return lower == "<no value>" || lower.empty() ? top : top + ":" + lower;
    }

  private:
    Command command(const std::string& line) const {
        auto root = folder_.native();
        return sh("podman --root " + root + "/root --runroot " + root + "/run --tmpdir " + root +
                  "/tmp --storage-driver overlay --log-level error " + line)
            .on(host_)
            .with("CONTAINERS_STORAGE_CONF", "/dev/null");
    }

    const Host& host_;
    fs::path folder_;
};

/// All that a file system knows of the files below /x and of what was deleted or replaced.
std::string files_of(const std::string& layers) {
    auto listing = run(sh(
        "unshare -m bash -ec 'mkdir -p /run/looker && mount -t tmpfs none /run/looker && mkdir "
        "/run/looker/{m,e} && "
        "mount -t overlay overlay -o ro,lowerdir=" +
        layers +
        ":/run/looker/e /run/looker/m && cd /run/looker/m && "
        "find x www bin/wget bin/busybox ! -type d -printf \"%p %y %m %U:%G %n %Ts %l %s\\n\" 2>/dev/null | "
        "sort; "
        "find x www -type d -printf \"%p %y %m %U:%G\\n\" | sort; find x -type b -exec stat -c \"%n %t %T\" "
        "{} +; "
        "getfattr -R -h -d -m \"^(user|security.capability)\" x; find x -type f -print0 | sort -z | xargs -0 "
        "sha256sum'; rmdir /run/looker 2>/dev/null"));
    return listing.out;
}

/// The engines share a network namespace, for each must reach the registry; so nothing is checked for leaks
/// here.
class ImagePeers : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        if (Registry::missing() || Dockerd::missing()) return;
        host_ = std::make_unique<Host>();
        dhowd = std::make_unique<Dhowd>(*host_);
        dockerd = std::make_unique<Dockerd>(*host_);
        dockerd->start();
        dhowd->start();
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
        peers.push_back(std::make_unique<EnginePeer>(*dhowd, "dhow", Client::dhow));
        peers.push_back(std::make_unique<EnginePeer>(*dhowd, "dhowd", Client::docker));
        peers.push_back(std::make_unique<EnginePeer>(*dockerd, "dockerd", Client::docker));
        if (::access("/usr/bin/podman", X_OK) == 0)
            peers.push_back(std::make_unique<PodmanPeer>(host(), folder.path() / "podman"));
        else
            std::cerr << "podman is not installed: images do not go through it\n";
    }
    static const Host& host() { return *host_; }
    static std::string docker(const std::string& line) { return dhowd->docker_ok(line); }
    static std::string digest_in_registry(const std::string& image) {
        return expect_success(
                   run(sh("skopeo inspect --tls-verify=false --format {{.Digest}} docker://" + image)
                           .on(host())))
            .text();
    }
    /// An image with all that a file can have, made by a container of `daemon`.
    static void make_image(Daemon& maker, const std::string& image) {
        maker.docker_ok(
            "run --name maker --cap-add MKNOD busybox sh -ec '"
            "mkdir -p /x/opaque /x/long; cd /x; echo hello >file; chown 3000000:7 file; chmod 6755 file; ln "
            "file hard; "
            "ln -s ../etc/passwd soft; mkfifo pipe; mknod device b 7 9; truncate -s 5M sparse; touch "
            "long/$(printf n%.0s "
            "$(seq 1 180)); touch -d @1234567890 file; rm -r /www; mkdir /www; echo o >/www/new; rm "
            "/bin/wget'");
        auto upper = maker.docker_ok("inspect -f '{{.GraphDriver.Data.UpperDir}}' maker");
        expect_success(run(
            sh("setfattr -n security.capability -v 0sAQAAAgAgAAAAAAAAAAAAAAAAAAA= " + upper + "/x/sparse")));
        maker.docker_ok("commit maker " + image);
        maker.docker_ok("rm maker");
    }

    static inline std::unique_ptr<Host> host_;
    static inline std::unique_ptr<Dhowd> dhowd;
    static inline std::unique_ptr<Dockerd> dockerd;
    ScratchFolder folder;
    std::vector<std::unique_ptr<Peer>> peers;
};

TEST_F(ImagePeers, digests_and_files_agree_whoever_made_the_image) {
    Registry registry(host());
    struct Made {
        std::string by, image;
        Daemon* maker;
    };
    for (const auto& [by, image, maker] :
         {Made{"dhowd", registry.address() + "/by-dhowd:1", dhowd.get()},
          Made{"dockerd", registry.address() + "/by-dockerd:1", dockerd.get()}}) {
        make_image(*maker, image);
        maker->docker_ok("push -q " + image);
        auto digest = digest_in_registry(image);
        std::string expected;
        for (auto& peer : peers) {
            SCOPED_TRACE("made by " + by + ", pulled by " + peer->name());
            peer->pull(image);
            EXPECT_THAT(peer->line("image inspect -f '{{.RepoDigests}}' " + image), HasSubstr(digest));
            auto files = files_of(peer->layers(image));
            EXPECT_THAT(files, HasSubstr("x/file f 6755 3000000:7 2 1234567890"));
            EXPECT_THAT(files, HasSubstr("security.capability="));
            EXPECT_THAT(files, ::testing::Not(HasSubstr("bin/wget")));
            if (expected.empty()) expected = files;
            EXPECT_EQ(files, expected);
            // And back again, under another name.
            auto again = registry.address() + "/again-" + peer->name() + "-" + by + ":1";
            peer->line("tag " + image + " " + again);
            peer->push(again);
            if (peer->name() != "podman") {
                EXPECT_EQ(digest_in_registry(again), digest);
            }
            peer->line("rmi -f " + again);
            peer->line("rmi -f " + image);
        }
    }
}

TEST_F(ImagePeers, archives_of_each_load_in_each) {
    Registry registry(host());
    auto image = registry.address() + "/saved:1";
    make_image(*dhowd, image);
    docker("push -q " + image);
    auto id = docker("inspect -f '{{.Id}}' " + image);
    for (auto& maker : peers) {
        maker->pull(image);
        maker->line("save -o " + (folder.path() / maker->name()).native() + " " + image);
        maker->line("rmi -f " + image);
    }
    std::string expected;
    for (auto& maker : peers) {
        for (auto& taker : peers) {
            SCOPED_TRACE("saved by " + maker->name() + ", loaded by " + taker->name());
            taker->load((folder.path() / maker->name()).native());
            EXPECT_THAT(id, HasSubstr(taker->line("image inspect -f '{{.Id}}' " + image)));
            auto files = files_of(taker->layers(image));
            if (expected.empty()) expected = files;
            EXPECT_EQ(files, expected);
            taker->line("rmi -f " + image);
        }
    }
}

}  // namespace
}  // namespace dhow::test
