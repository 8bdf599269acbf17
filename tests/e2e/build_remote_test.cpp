// What a build takes from elsewhere: base images of a registry, files of the web, git repositories.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "support/end_to_end.hpp"
#include "support/registry.hpp"

namespace dhow::test {
namespace {

constexpr const char* web = "http://127.0.0.1:8088";
constexpr const char* repositories = "git://127.0.0.1:9418";

class BuildRemote : public EndToEnd {
  protected:
    void SetUp() override {
        std::filesystem::remove_all(daemon().work() / "context");
        std::filesystem::create_directories(daemon().work() / "context");
        std::filesystem::create_directories(daemon().work() / "web");
    }
    void TearDown() override {
        daemon().remove_all();
        daemon().docker("rmi -f built");
        for (int i = 0; i < 3; ++i) daemon().docker("image prune -f");
        EndToEnd::TearDown();
    }
    static Result line(const std::string& text) {
        return run(daemon().sh("cd context && " + text).with("DOCKER_BUILDKIT", "0"));
    }
    static Result build(const std::string& dockerfile, const std::string& options = "") {
        write_file(daemon().work() / "context/Dockerfile", dockerfile);
        return line("docker build " + options + " -t built .");
    }
    static std::string in_image(const std::string& command) { return docker("run --rm built " + command); }

    static Process serve(const std::string& command, int port) {
        auto log = daemon().work() / "server.log";
        Process server(daemon().sh("exec " + command), log, log);
        auto probe = fmt::format("exec 3<>/dev/tcp/127.0.0.1/{}", port);
        EXPECT_TRUE(eventually([&] { return run(sh(probe).on(host())).status == 0; })) << read_file(log);
        return server;
    }
    static Process web_server() { return serve("busybox httpd -f -p 127.0.0.1:8088 -h web", 8088); }
    static Process git_server() {
        return serve("git daemon --listen=127.0.0.1 --export-all --base-path=" +
                         (daemon().work() / "git").string() + " --reuseaddr",
                     9418);
    }
    /// A repository with a file, a folder, a link out of it, and a tag before the last commit.
    static void make_repository() {
        auto made = run(daemon().sh(
            "rm -rf git && mkdir -p git/r/sub && cd git/r && export HOME=$PWD && git init -q -b main . && "
            "git config user.email a@b && git config user.name n && echo one > file && echo s > sub/s && "
            "ln -s ../../../../../../etc sub/out && "
            "printf 'FROM busybox\\nCOPY file /f\\n' > Dockerfile && git add . && git commit -qm one && git "
            "tag first && "
            "echo two > file && git commit -qam two"));
        ASSERT_EQ(made.status, 0) << describe(made);
    }
};

TEST_F(BuildRemote, pulls_a_base_that_is_not_here) {
    if (auto reason = Registry::missing()) GTEST_SKIP() << *reason;
    Registry registry(host());
    auto name = registry.address() + "/base:1";
    docker("tag busybox " + name);
    docker("push " + name);
    docker("rmi " + name);
    auto built = build("FROM " + name + " AS a\nRUN touch /a\nFROM " + name +
                       "\nCOPY --from=a /a /a\nCOPY --from=" + name + " /etc/passwd /p\n");
    ASSERT_EQ(built.status, 0) << describe(built);
    EXPECT_THAT(built.out, testing::HasSubstr("1: Pulling from "));
    EXPECT_THAT(built.out, testing::HasSubstr("Status: Downloaded newer image for " + name));
    // Once for all stages.
    EXPECT_EQ(built.out.find("Pulling from"), built.out.rfind("Pulling from")) << built.out;
    EXPECT_EQ(in_image("ls /a"), "/a");
    // It is here now: it is asked for only when that is wanted.
    EXPECT_EQ(build("FROM " + name + "\nRUN true\n").out.find("Pulling"), std::string::npos);
    EXPECT_THAT(build("FROM " + name + "\nRUN true\n", "--pull").out,
                testing::HasSubstr("Status: Image is up to date for " + name));
    docker("rmi -f " + name);
    auto missing = build("FROM " + registry.address() + "/absent\n");
    EXPECT_NE(missing.status, 0);
    EXPECT_THAT(missing.err, testing::HasSubstr("absent"));
}

TEST_F(BuildRemote, pulls_with_the_credentials_of_a_login) {
    if (auto reason = Registry::missing()) GTEST_SKIP() << *reason;
    RegistryOptions options;
    options.user = "user";
    options.password = "pass";
    Registry registry(host(), options);
    auto name = registry.address() + "/closed:1";
    docker("login -u user -p pass " + registry.address());
    docker("tag busybox " + name);
    docker("push " + name);
    for (auto client : {Client::docker, Client::dhow}) {
        docker("rmi " + name);
        write_file(daemon().work() / "context/Dockerfile", "FROM " + name + "\n");
        auto built =
            run(daemon().sh("cd context && docker build -t built .", client).with("DOCKER_BUILDKIT", "0"));
        EXPECT_EQ(built.status, 0) << describe(built);
    }
    docker("rmi -f " + name);
    docker("logout " + registry.address());
    EXPECT_NE(build("FROM " + name + "\n", "--pull").status, 0);
}

TEST_F(BuildRemote, adds_a_file_of_the_web) {
    auto server = web_server();
    auto packed = run(daemon().sh(
        "cd web && echo content > file.txt && echo > index.html && touch -d @1000000000 file.txt && "
        "mkdir -p in && echo inside > in/f && tar czf in.tar.gz in"));
    ASSERT_EQ(packed.status, 0) << describe(packed);
    auto sum = run(sh("printf 'content\\n' | sha256sum | cut -d' ' -f1")).text();
    auto address = std::string(web);
    auto built =
        build("FROM busybox\nADD " + address + "/file.txt /d/\nADD --chown=5:6 --chmod=755 " + address +
              "/file.txt /named\nADD " + address + "/in.tar.gz /packed/\nADD --unpack=true " + address +
              "/in.tar.gz /unpacked/\nADD --checksum=sha256:" + sum + " " + address + "/file.txt /checked\n");
    ASSERT_EQ(built.status, 0) << describe(built);
    EXPECT_EQ(in_image("cat /d/file.txt /named /unpacked/in/f /checked"),
              "content\ncontent\ninside\ncontent");
    EXPECT_EQ(in_image("stat -c '%a %u:%g %Y' /d/file.txt"), "600 0:0 1000000000");
    EXPECT_EQ(in_image("stat -c '%a %u:%g' /named"), "755 5:6");
    EXPECT_EQ(in_image("ls /packed"), "in.tar.gz");
    auto wrong = build("FROM busybox\nADD --checksum=sha256:" + std::string(64, '0') + " " + address +
                       "/file.txt /x\n");
    EXPECT_NE(wrong.status, 0);
    EXPECT_THAT(wrong.err, testing::HasSubstr("digest mismatch"));
    EXPECT_THAT(build("FROM busybox\nADD " + address + "/absent /x\n").err, testing::HasSubstr("404"));
    EXPECT_THAT(build("FROM busybox\nADD " + address + "/ /x/\n").err,
                testing::HasSubstr("cannot determine filename"));
}

TEST_F(BuildRemote, file_of_the_web_that_changed_is_added_again) {
    auto server = web_server();
    auto dockerfile = "FROM busybox\nADD " + std::string(web) + "/changing /f\n";
    write_file(daemon().work() / "web/changing", "1");
    ASSERT_EQ(build(dockerfile).status, 0);
    EXPECT_THAT(build(dockerfile).out, testing::HasSubstr("Using cache"));
    write_file(daemon().work() / "web/changing", "2");
    ASSERT_EQ(build(dockerfile).status, 0);
    EXPECT_EQ(in_image("cat /f"), "2");
}

TEST_F(BuildRemote, adds_a_git_repository) {
    make_repository();
    auto server = git_server();
    auto address = std::string(repositories);
    auto built = build("FROM busybox\nADD " + address + "/r /whole\nADD " + address +
                       "/r#first:sub /sub\n"
                       "ADD --keep-git-dir=true " +
                       address + "/r#main /kept\n");
    ASSERT_EQ(built.status, 0) << describe(built);
    EXPECT_EQ(in_image("cat /whole/file /sub/s /kept/file"), "two\ns\ntwo");
    EXPECT_EQ(in_image("readlink /sub/out"), "../../../../../../etc");
    EXPECT_EQ(in_image("sh -c 'ls -d /whole/.git /kept/.git 2>/dev/null'; true"), "/kept/.git");
}

// CVE-2026-33748 (BuildKit): a folder of a repository that is a link leads out of the checkout.
TEST_F(BuildRemote, folder_of_a_repository_stays_inside) {
    make_repository();
    auto server = git_server();
    for (const char* folder : {"sub/out", "../..", "/etc"}) {
        auto built = build("FROM busybox\nADD " + std::string(repositories) + "/r#main:" + folder + " /x\n");
        EXPECT_NE(built.status, 0) << folder;
    }
}

// CVE-2019-13139 (docker): a ref or a host that git takes for an option. CVE-2022-39253 (git): a local path,
// also of a submodule.
TEST_F(BuildRemote, hostile_repositories_run_and_read_nothing) {
    make_repository();
    auto server = git_server();
    auto marker = (daemon().work() / "ran").string();
    auto address = std::string(repositories);
    for (const auto& source :
         {address + "/r#--upload-pack=touch${IFS}" + marker, "ssh://-oProxyCommand=touch%20" + marker + "/r",
          std::string("git@-oProxyCommand=x:r")}) {
        auto built = build("FROM busybox\nADD " + source + " /x\n");
        EXPECT_NE(built.status, 0) << source;
    }
    auto submodule = run(daemon().sh(
        "rm -rf secret && mkdir secret && cd secret && export HOME=$PWD && git init -q . && git config "
        "user.email a@b && "
        "git config user.name n && echo top > secret && git add . && git commit -qm s && cd ../git/r && "
        "git config user.email a@b && git -c protocol.file.allow=always submodule add -q " +
        (daemon().work() / "secret").string() + " stolen && git commit -qm stolen"));
    ASSERT_EQ(submodule.status, 0) << describe(submodule);
    auto built = build("FROM busybox\nADD " + address + "/r /x\n");
    EXPECT_NE(built.status, 0) << describe(built);
    EXPECT_THAT(built.err, testing::HasSubstr("not allowed"));
    EXPECT_FALSE(std::filesystem::exists(marker));
}

TEST_F(BuildRemote, context_is_fetched_by_the_daemon) {
    make_repository();
    auto git = git_server();
    auto server = web_server();
    auto packed =
        run(daemon().sh("cd git/r && tar czf ../../web/context.tgz . && printf 'FROM busybox\\nRUN echo web "
                        "> /f\\n' > ../../web/plain"));
    ASSERT_EQ(packed.status, 0) << describe(packed);
    auto built_from = [](const std::string& source) {
        auto built = run(daemon().sh("docker build -t built '" + source + "'", Client::dhow));
        EXPECT_EQ(built.status, 0) << describe(built);
        return in_image("cat /f");
    };
    EXPECT_EQ(built_from(std::string(repositories) + "/r#first"), "one");
    EXPECT_EQ(built_from(std::string(web) + "/context.tgz"), "two");
    EXPECT_EQ(built_from(std::string(web) + "/plain"), "web");
}

}  // namespace
}  // namespace dhow::test
