// Images when things go wrong: the disk is full, the registry goes away, the daemon is killed.

#include <gmock/gmock.h>
#include <sys/mount.h>

#include "support/end_to_end.hpp"
#include "support/registry.hpp"

namespace dhow::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::HasSubstr;

/// A daemon whose data root is small, and one beside it that makes what is too large for it.
class FullDisk : public ::testing::Test {
  protected:
    void SetUp() override {
        small.stop();
        ASSERT_EQ(::mount("tmpfs", small.data_root().c_str(), "tmpfs", 0, "size=60m,mode=0710"), 0);
        small.start();
        small.import_busybox();
        shell("mkdir -p big && head -c 80M /dev/urandom >big/file && tar -C big -c . >big.tar");
    }
    void TearDown() override {
        small.remove_all();
        small.stop();
        EXPECT_EQ(::umount(small.data_root().c_str()), 0);
    }
    std::string shell(const std::string& line) { return expect_success(run(small.sh(line))).text(); }
    long used_kib() {
        // What was removed is deleted in the background.
        return std::stol(shell("df -k --output=used " + small.data_root().native() + " | tail -1"));
    }
    /// The line fails with one error, and nothing of it stays.
    void expect_refused(const std::string& line, Client client = Client::docker) {
        auto before = used_kib();
        auto images = shell("docker images -q | sort -u");
        auto result = run(small.sh(line, client));
        EXPECT_NE(result.status, 0) << describe(result);
        EXPECT_THAT(result.err + result.out, HasSubstr("no space left on device")) << line;
        EXPECT_TRUE(eventually([&] { return used_kib() < before + 512; })) << line;
        EXPECT_EQ(shell("docker images -q | sort -u"), images);
        EXPECT_EQ(shell("docker run --rm busybox echo still there"), "still there");
    }

    Host host;
    Dhowd small{host};
};

TEST_F(FullDisk, import_commit_and_copy_fail_with_one_error_and_leave_nothing) {
    expect_refused("docker import big.tar big:1");
    shell("docker run --name box busybox sh -c 'dd if=/dev/urandom of=/file bs=1M count=35 2>/dev/null'");
    expect_refused("docker commit box big:2");
    shell("docker rm box");
    expect_refused(
        "docker create --name target busybox true >/dev/null; docker cp big/file target:/; status=$?; docker "
        "rm target >/dev/null; exit $status");
}

TEST_F(FullDisk, load_and_pull_fail_with_one_error_and_leave_nothing) {
    if (auto missing = Registry::missing()) GTEST_SKIP() << *missing;
    Registry registry(host);
    auto name = registry.address() + "/big:1";
    {
        Dhowd large(host);
        large.docker_ok("import " + (small.work() / "big.tar").native() + " " + name);
        large.docker_ok("save -o " + (small.work() / "plain.tar").native() + " " + name);
        large.docker_ok("push -q " + name);
        large.docker_ok("save -o " + (small.work() / "packed.tar").native() + " " + name);
        large.docker_ok("rmi -f " + name);
    }
    for (auto client : {Client::docker, Client::dhow}) {
        expect_refused("docker load -i plain.tar", client);
        expect_refused("docker load -i packed.tar", client);
        expect_refused("docker pull " + name, client);
    }
}

TEST_F(FullDisk, push_and_save_do_what_needs_no_room_and_refuse_the_rest) {
    if (auto missing = Registry::missing()) GTEST_SKIP() << *missing;
    Registry registry(host);
    auto name = registry.address() + "/half:1";
    shell("head -c 35M big/file >big/half && tar -C big -c half | docker import - " + name);
    auto id = shell("docker inspect -f '{{.Id}}' " + name);
    // What is packed to be pushed is kept, and there is no room for it.
    expect_refused("docker push " + name);
    EXPECT_THAT(
        run(sh("curl -s http://" + name.substr(0, name.find('/')) + "/v2/half/tags/list").on(host)).out,
        AnyOf(HasSubstr("NAME_UNKNOWN"), HasSubstr("null")));
    // Saving needs room for nothing here, and the client's own disk is the client's affair.
    shell("docker save -o saved.tar " + name);
    shell("mkdir -p full && mount -t tmpfs -o size=10m none full");
    for (auto client : {Client::docker, Client::dhow}) {
        auto result = run(small.sh("docker save -o full/saved.tar " + name, client));
        EXPECT_NE(result.status, 0);
        EXPECT_THAT(result.err, HasSubstr("no space left on device"));
        EXPECT_EQ(shell("ls full"), "");
    }
    shell("umount full; docker rmi " + name + "; docker load -q -i saved.tar");
    EXPECT_EQ(shell("docker inspect -f '{{.Id}}' " + name), id);
    // With room, all is well.
    ASSERT_EQ(::mount("", small.data_root().c_str(), "", MS_REMOUNT, "size=200m,mode=0710"), 0);
    shell("docker push -q " + name + "; docker rmi " + name + "; docker pull -q " + name);
    EXPECT_EQ(shell("docker inspect -f '{{.Id}}' " + name), id);
}

/// Large images on their way, and what breaks then.
class Cut : public EndToEnd {
  protected:
    void SetUp() override {
        if (auto missing = Registry::missing()) GTEST_SKIP() << *missing;
        registry = std::make_unique<Registry>(host());
        name = registry->address() + "/large:v1";
        if (!fs::exists(daemon().work() / "large.tar")) make_archive();
        shell("docker load -q -i large.tar");
        id = docker("inspect -f '{{.Id}}' " + name);
    }
    void TearDown() override {
        if (!daemon().running()) daemon().start();
        run(daemon().sh(
            "docker images --format '{{.Repository}}:{{.Tag}}' | grep ^127 | xargs -r docker rmi -f"));
        run(daemon().sh(
            "docker images --digests --format '{{.Repository}}@{{.Digest}}' | grep ^127 | xargs -r "
            "docker rmi -f"));
        registry.reset();
        EndToEnd::TearDown();
    }
    static std::string shell(const std::string& line) {
        return expect_success(run(daemon().sh(line))).text();
    }
    /// An image of several layers, of which each takes its time.
    void make_archive() {
        shell(R"py(python3 - <<'END'
import hashlib, io, json, os, tarfile
archive, names, diff_ids = tarfile.open("large.tar", "w"), [], []
def add(to, name, content):
    entry = tarfile.TarInfo(name); entry.size = len(content); to.addfile(entry, io.BytesIO(content))
for number in range(3):
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar: add(tar, f"noise{number}", os.urandom(120 << 20))
    names.append(f"{number}/layer.tar"); diff_ids.append("sha256:" + hashlib.sha256(layer.getvalue()).hexdigest())
    add(archive, names[-1], layer.getvalue())
config = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": diff_ids}}
add(archive, "config.json", json.dumps(config).encode())
add(archive, "manifest.json", json.dumps([{"Config": "config.json", "RepoTags": ["127.0.0.1:5000/large:v1"], "Layers": names}]).encode())
archive.close()
END
)py");
    }
    void push() { docker("push -q " + name); }
    void forget() {
        docker("rmi -f " + name);
        run(daemon().sh(
            "docker images --digests --format '{{.Repository}}@{{.Digest}}' | grep ^127 | xargs -r "
            "docker rmi -f"));
    }
    static bool is_ingesting() { return !fs::is_empty(daemon().data_root() / "blobs" / "ingest"); }
    static long layers() {
        return std::distance(fs::directory_iterator(daemon().data_root() / "layers"), {});
    }
    bool is_uploading() const {
        return run(sh("find " + registry->data().native() +
                      " -path '*_uploads*' -name data -size +1M | grep -q ."))
                   .status == 0;
    }
    void expect_nothing_left(long layers_before) {
        EXPECT_FALSE(is_ingesting());
        EXPECT_TRUE(eventually([&] { return layers() == layers_before; }))
            << layers() << " of " << layers_before;
    }

    std::unique_ptr<Registry> registry;
    std::string name, id;
};

TEST_F(Cut, a_pull_goes_on_where_the_registry_broke_off) {
    push();
    forget();
    Process pull(daemon().sh("docker pull " + name), daemon().work() / "out", daemon().work() / "out");
    ASSERT_TRUE(eventually(is_ingesting));
    registry->kill9();
    registry->start();
    EXPECT_EQ(pull.wait(60s), 0) << read_file(daemon().work() / "out");
    EXPECT_EQ(docker("inspect -f '{{.Id}}' " + name), id);
}

TEST_F(Cut, a_pull_from_a_registry_that_stays_away_ends_with_one_error) {
    push();
    forget();
    auto before = layers();
    Process pull(daemon().sh("docker pull " + name), daemon().work() / "out", daemon().work() / "err");
    ASSERT_TRUE(eventually(is_ingesting));
    registry->kill9();
    EXPECT_EQ(pull.wait(60s), 1);
    EXPECT_THAT(read_file(daemon().work() / "err"), HasSubstr("/v2/large/blobs/sha256:"));
    EXPECT_EQ(docker("images -q " + name), "");
    expect_nothing_left(before);
    registry->start();
}

TEST_F(Cut, a_push_goes_on_where_the_registry_broke_off) {
    Process push(daemon().sh("docker push " + name), daemon().work() / "out", daemon().work() / "out");
    ASSERT_TRUE(eventually([&] { return is_uploading(); }, 60s));
    registry->kill9();
    registry->start();
    EXPECT_EQ(push.wait(60s), 0) << read_file(daemon().work() / "out");
    forget();
    docker("pull -q " + name);
    EXPECT_EQ(docker("inspect -f '{{.Id}}' " + name), id);
}

TEST_F(Cut, a_daemon_that_is_killed_in_a_push_has_lost_nothing) {
    Process push(daemon().sh("docker push " + name), "", "");
    ASSERT_TRUE(eventually([&] { return is_uploading(); }, 60s));
    daemon().crash_and_restart();
    push.wait(5s);
    EXPECT_FALSE(is_ingesting());
    EXPECT_EQ(docker("inspect -f '{{.Id}}' " + name), id);
    docker("push -q " + name);
    forget();
    docker("pull -q " + name);
    EXPECT_EQ(docker("inspect -f '{{.Id}}' " + name), id);
}

TEST_F(Cut, a_daemon_that_is_killed_while_it_packs_has_lost_nothing) {
    Process push(daemon().sh("docker push " + name), "", "");
    ASSERT_TRUE(eventually(is_ingesting));
    daemon().crash_and_restart();
    push.wait(5s);
    EXPECT_FALSE(is_ingesting());
    docker("push -q " + name);
    EXPECT_EQ(docker("inspect -f '{{.Id}}' " + name), id);
}

TEST_F(Cut, a_daemon_that_is_killed_in_a_load_leaves_nothing) {
    for (bool packed : {false, true}) {
        if (packed) push();
        shell("docker save -o saved.tar " + name);
        forget();
        auto before = layers();
        Process load(daemon().sh("docker load -i saved.tar"), "", "");
        ASSERT_TRUE(eventually([&] { return layers() != before; }));
        daemon().crash_and_restart();
        load.wait(5s);
        EXPECT_EQ(docker("images -q " + name), "");
        expect_nothing_left(before);
        shell("docker load -q -i saved.tar");
        EXPECT_EQ(docker("inspect -f '{{.Id}}' " + name), id);
    }
}

TEST_F(Cut, a_client_that_goes_away_ends_its_load_and_import) {
    shell("docker save -o saved.tar " + name);
    forget();
    auto before = layers();
    for (std::string line : {"exec docker load <pipe", "exec docker import - gone:1 <pipe"}) {
        shell("rm -f pipe; mkfifo pipe");
        Process client(daemon().sh(line), "", "");
        Process feed(daemon().sh("{ head -c 50M saved.tar; sleep 60; } >pipe"), "", "");
        ASSERT_TRUE(eventually([&] { return layers() != before; })) << line;
        client.signal(SIGKILL);
        client.wait(5s);
        expect_nothing_left(before);
        EXPECT_EQ(docker("images -q gone"), "");
    }
}

}  // namespace
}  // namespace dhow::test
