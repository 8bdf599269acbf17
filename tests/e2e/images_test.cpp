// Images on one host: base images without a registry, files kept as they were, and crashes.

#include <gmock/gmock.h>

#include "support/end_to_end.hpp"

namespace dhow::test {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

class ImageFiles : public EndToEnd {
  protected:
    static std::string shell(const std::string& line, Client client = Client::docker) {
        return expect_success(run(daemon().sh(line, client))).text();
    }
    static std::string dhow_line(const std::string& line) { return daemon().docker_ok(line, Client::dhow); }
    /// Every file of an image with all that a tar can say of it but the time of links to it.
    static std::string files_of(const std::string& image) {
        docker("create --name lister " + image + " true");
        auto files = shell(
            "docker export lister | tar -tv --numeric-owner --full-time --xattrs | grep -v "
            "-E ' (dev|proc|sys|etc)/'");
        docker("rm lister");
        return files;
    }
};

TEST_F(ImageFiles, bootstrap_of_busybox_is_reproducible) {
    dhow_line("image bootstrap busybox made:one");
    auto id = docker("inspect -f '{{.Id}}' made:one");
    dhow_line("image bootstrap busybox made:two");
    EXPECT_EQ(docker("inspect -f '{{.Id}}' made:two"), id);
    EXPECT_EQ(docker("run --rm made:one echo it runs"), "it runs");
    EXPECT_EQ(docker("inspect -f '{{.Created}} {{.Config.Cmd}}' made:one"), "1980-01-01T00:00:00Z [sh]");
    shell("SOURCE_DATE_EPOCH=1700000000 docker image bootstrap busybox made:three", Client::dhow);
    EXPECT_NE(docker("inspect -f '{{.Id}}' made:three"), id);
    EXPECT_EQ(docker("inspect -f '{{.Created}}' made:three"), "2023-11-14T22:13:20Z");
    docker("rmi made:one made:two made:three");
}

TEST_F(ImageFiles, bootstrap_of_debian_asks_mmdebstrap_and_a_failure_leaves_nothing) {
    auto bin = daemon().work() / "bin";
    fs::create_directories(bin);
    auto program = bin / "mmdebstrap";
    write_file(program, "#!/bin/sh\nprintf '%s\\n' \"$@\" >args; echo $SOURCE_DATE_EPOCH >>args; cat " +
                            busybox_tar().native() + "; exit ${FAIL:-0}\n");
    fs::permissions(program, fs::perms::owner_all);
    auto path = "PATH=" + bin.native() + ":$PATH ";
    shell("export " + path +
              "; docker image bootstrap --variant essential --include nginx,curl --mirror "
              "file:///mirror debian:bookworm",
          Client::dhow);
    auto asked = read_file(daemon().work() / "args");
    EXPECT_THAT(asked, HasSubstr("--format=tar\n--variant=essential\n"));
    EXPECT_THAT(asked, EndsWith("--include=nginx,curl\nbookworm\n-\nfile:///mirror\n315532800\n"));
    EXPECT_EQ(docker("inspect -f '{{.Config.Cmd}}' debian:bookworm"), "[bash]");
    docker("rmi debian:bookworm");
    auto failed =
        run(daemon().sh("export FAIL=3 " + path + "; docker image bootstrap debian:bookworm", Client::dhow));
    EXPECT_NE(failed.status, 0);
    EXPECT_THAT(failed.err, HasSubstr("mmdebstrap ended with status 3"));
    EXPECT_EQ(docker("images -q debian"), "");
    for (const auto* wrong : {"alpine", "debian:", "debian:--help", "busybox --include x"})
        EXPECT_NE(daemon().docker(std::string("image bootstrap ") + wrong, Client::dhow).status, 0) << wrong;
    fs::remove_all(bin);
}

TEST_F(ImageFiles, everything_a_file_can_have_survives_commit_save_load_and_export) {
    docker(
        "run --name maker --cap-add MKNOD --cap-add SETFCAP busybox sh -ec '"
        "mkdir -p /x/opaque /x/long; cd /x; echo hello >file; chown 3000000:7 file; chmod 6755 file; ln file "
        "hard; "
        "ln -s ../../../../etc/passwd soft; mkfifo pipe; mknod device b 7 9; truncate -s 5M sparse; "
        "touch long/$(printf n%.0s $(seq 1 180)); touch -d @1234567890 file; rm -r /www; mkdir /www; echo o "
        ">/www/new; rm "
        "/bin/wget'");
    auto upper = inspect("maker", "{{.GraphDriver.Data.UpperDir}}");
    expect_success(run(sh("setfattr -n user.color -v blue " + upper +
                          "/x/file && setfattr -n security.capability -v "
                          "0sAQAAAgAgAAAAAAAAAAAAAAAAAAA= " +
                          upper + "/x/sparse")));
    docker("commit maker made:1");
    auto files = files_of("made:1");
    EXPECT_THAT(files, HasSubstr("x/file"));
    EXPECT_THAT(files, Not(HasSubstr("bin/wget")));
    EXPECT_THAT(files, Not(HasSubstr("www/index.html")));
    auto id = docker("inspect -f '{{.Id}}' made:1");
    shell(
        "docker save made:1 >saved.tar && docker rm maker && docker rmi made:1 && docker load -q -i "
        "saved.tar");
    EXPECT_EQ(docker("inspect -f '{{.Id}}' made:1"), id);
    EXPECT_EQ(files_of("made:1"), files);
    EXPECT_EQ(
        docker("run --rm made:1 sh -c 'stat -c \"%a %u:%g %h %Y\" /x/file; readlink /x/soft; stat -c %t.%T "
               "/x/device; ls /www; ls /x/long | wc -c'"),
        "6755 3000000:7 2 1234567890\n../../../../etc/passwd\n7.9\nnew\n181");
    docker("create --name holder made:1 true");
    auto lower = inspect("holder", "{{.GraphDriver.Data.LowerDir}}");
    auto attributes = run(sh("getfattr --absolute-names -m - -d " + lower.substr(0, lower.find(':')) +
                             "/x/file " + lower.substr(0, lower.find(':')) + "/x/sparse"));
    EXPECT_THAT(attributes.out, HasSubstr("user.color=\"blue\""));
    EXPECT_THAT(attributes.out, HasSubstr("security.capability="));
    shell("docker export holder | docker import - exported:1; docker rm holder");
    EXPECT_EQ(docker("run --rm exported:1 sh -c 'stat -c \"%a %u:%g %h\" /x/file'"), "6755 3000000:7 2");
    docker("rmi made:1 exported:1");
}

TEST_F(ImageFiles, a_commit_that_is_cut_by_a_crash_leaves_nothing) {
    docker("run --name big busybox sh -c 'dd if=/dev/urandom of=/big bs=1M count=200 2>/dev/null'");
    auto layers = [] { return shell("ls " + (daemon().data_root() / "layers").native()); };
    auto before = layers();
    Process commit(daemon().sh("docker commit big made:1"), "", "");
    // It has begun when there is a layer more.
    ASSERT_TRUE(eventually([&] { return layers() != before; }));
    daemon().crash_and_restart();
    EXPECT_EQ(docker("images -q made"), "");
    EXPECT_TRUE(eventually([&] { return layers() == before; }));
    docker("commit big made:1");
    EXPECT_EQ(docker("run --rm made:1 stat -c %s /big"), "209715200");
    docker("rm big && docker rmi made:1");
}

}  // namespace
}  // namespace dhow::test
