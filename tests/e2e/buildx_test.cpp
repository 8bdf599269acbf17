// Images from Dockerfiles, by the real docker command line with its buildx and compose plugins: BuildKit's
// API on taken-over connections. scripts/fetch-plugins brings the plugins.

#include <csignal>
#include <cstdlib>
#include <thread>

#include "e2e/buildx_support.hpp"

namespace dhow::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(Buildx, builds_names_and_shows_each_step) {
    put("file", "x");
    auto shown =
        build("FROM busybox\nRUN echo hello > /file && echo said\nCOPY file /copied\nCMD cat /file\n");
    for (const char* text :
         {"[internal] load build definition from Dockerfile",
          "transferring dockerfile: ", "[internal] load metadata for docker.io/library/busybox:latest",
          "[internal] load build context", "[1/3] FROM docker.io/library/busybox:latest",
          "[2/3] RUN echo hello > /file && echo said", " said\n", "[3/3] COPY file /copied",
          "exporting to image", "naming to docker.io/library/built:latest"})
        EXPECT_THAT(shown, HasSubstr(text));
    EXPECT_EQ(docker("run --rm built"), "hello");
    EXPECT_EQ(in_image("cat /copied"), "x");
}

TEST_F(Buildx, a_kept_context_is_as_the_client_has_it) {
    const char* file = "FROM busybox\nCOPY . /c\n";
    put("dir/a", "one");
    put("gone", "x");
    std::filesystem::create_symlink("dir/a", context() / "link");
    build(file);
    put("dir/a", "two");
    std::filesystem::remove(context() / "gone");
    std::filesystem::remove(context() / "link");
    std::filesystem::create_directory(context() / "link");
    put("link/now-a-folder", "y");
    put("new", "z");
    build(file);
    EXPECT_EQ(in_image("sh -c 'cd /c; find . | sort; cat dir/a'"),
              ".\n./Dockerfile\n./dir\n./dir/a\n./link\n./link/now-a-folder\n./new\ntwo");
}

TEST_F(Buildx, a_dockerignore_of_the_dockerfile_alone_goes_first) {
    put(".dockerignore", "a\n");
    put("other.dockerignore", "b\n");
    put("a", "");
    put("b", "");
    put("other", "FROM busybox\nCOPY . /c/\n");
    auto result = line("docker buildx build -f other -t built .");
    ASSERT_EQ(result.status, 0) << describe(result);
    EXPECT_EQ(in_image("sh -c 'ls /c'"), "a\nother\nother.dockerignore");
}

TEST_F(Buildx, stages_and_a_target) {
    const char* file =
        "FROM busybox AS builder\nRUN echo made > /made\nFROM busybox AS unneeded\nRUN false\n"
        "FROM busybox\nCOPY --from=builder /made /got\n";
    auto shown = build(file);
    EXPECT_EQ(in_image("cat /got"), "made");
    EXPECT_THAT(shown, HasSubstr("[builder 2/2] RUN echo made > /made"));
    EXPECT_THAT(shown, HasSubstr("[stage-2 2/2] COPY --from=builder /made /got"));
    EXPECT_THAT(shown, Not(HasSubstr("unneeded")));
    build(file, "--target builder");
    EXPECT_EQ(in_image("cat /made"), "made");
    EXPECT_THAT(fails(file, "--target nobody"), HasSubstr("target stage \"nobody\" could not be found"));
}

TEST_F(Buildx, a_command_that_fails_shows_what_it_said_and_where_it_stands) {
    auto shown = fails("FROM busybox\nRUN echo reason >&2; exit 7\n");
    EXPECT_THAT(shown, HasSubstr("> [2/2] RUN echo reason >&2; exit 7:"));
    EXPECT_THAT(shown, HasSubstr(" reason\n"));
    EXPECT_THAT(shown, HasSubstr("Dockerfile:2\n"));
    EXPECT_THAT(shown, HasSubstr(" | >>> RUN echo reason >&2; exit 7\n"));
    EXPECT_THAT(shown,
                HasSubstr("ERROR: failed to solve: process \"/bin/sh -c echo reason >&2; exit 7\" did not "
                          "complete successfully: exit code: 7"));
}

TEST_F(Buildx, what_is_wrong_in_the_dockerfile_is_pointed_at) {
    auto shown = fails("FROM busybox\nRUNN echo\n");
    EXPECT_THAT(shown, HasSubstr(" | >>> RUNN echo\n"));
    EXPECT_THAT(shown,
                HasSubstr("ERROR: failed to solve: dockerfile parse error on line 2: unknown instruction: "
                          "RUNN"));
    EXPECT_THAT(fails("FROM busybox\nCOPY nothing /x\n"), HasSubstr(" | >>> COPY nothing /x\n"));
    auto missing = line("docker buildx build -f nowhere .");
    EXPECT_EQ(missing.status, 1);
}

TEST_F(Buildx, the_image_s_id_and_facts_go_into_files) {
    build("FROM busybox\nRUN true > /x\n", "--iidfile id --metadata-file facts --load");
    auto id = inspect("built", "{{.Id}}");
    EXPECT_EQ(read("id"), id);
    EXPECT_THAT(read("facts"), HasSubstr("\"containerimage.config.digest\": \"" + id + "\""));
    auto quiet = line("docker buildx build -q .");
    EXPECT_EQ(quiet.text(), id) << describe(quiet);
}

TEST_F(Buildx, files_go_to_a_folder_of_the_client) {
    put("Dockerfile",
        "FROM busybox AS make\nRUN mkdir -p /out/dir && echo one > /out/dir/file && chmod 640 /out/dir/file "
        "&& ln -s "
        "dir/file /out/link && ln /out/dir/file /out/same\nFROM scratch\nCOPY --from=make /out /\n");
    auto result = line("docker buildx build -o out . && ls -l out/dir && cat out/link out/same && ls out");
    ASSERT_EQ(result.status, 0) << describe(result);
    EXPECT_THAT(result.out, HasSubstr("-rw-r-----"));
    EXPECT_THAT(result.out, HasSubstr("one\none\ndir\nlink\nsame\n"));
}

TEST_F(Buildx, files_go_into_a_tar_and_images_into_archives) {
    put("Dockerfile", "FROM busybox\nRUN echo one > /made\n");
    auto tar =
        line("docker buildx build -o type=tar,dest=out.tar . && tar tf out.tar made && tar xOf out.tar made");
    ASSERT_EQ(tar.status, 0) << describe(tar);
    EXPECT_EQ(tar.text(), "made\none");
    auto archive = line(
        "docker buildx build -t built:archived -o type=docker,dest=image.tar . && "
        "docker load -i image.tar && docker run --rm built:archived cat /made && "
        "docker rmi built:archived");
    ASSERT_EQ(archive.status, 0) << describe(archive);
    EXPECT_THAT(archive.out, HasSubstr("one\n"));
    auto layout = line("docker buildx build -t built -o type=oci,dest=layout.tar . && tar tf layout.tar");
    ASSERT_EQ(layout.status, 0) << describe(layout);
    EXPECT_THAT(layout.out, HasSubstr("oci-layout"));
}

TEST_F(Buildx, hosts_networks_limits_and_shared_memory) {
    build(
        "FROM busybox\nRUN cat /etc/hosts > /hosts; ulimit -n > /files; df -k /dev/shm | tail -1 > /shm; "
        "ls /sys/class/net > /net\n",
        "--add-host mine:10.1.2.3 --ulimit nofile=1234:1234 --shm-size 2m --network none");
    EXPECT_THAT(in_image("cat /hosts"), HasSubstr("10.1.2.3\tmine"));
    EXPECT_EQ(in_image("cat /files"), "1234");
    EXPECT_THAT(in_image("cat /shm"), HasSubstr(" 2048 "));
    EXPECT_EQ(in_image("cat /net"), "lo");
}

TEST_F(Buildx, named_contexts_are_folders_images_and_stages) {
    put("files/a", "one");
    put("files/b", "two");
    put("files/skipped", "no");
    put("files/.dockerignore", "skipped\n");
    build("FROM base\nCOPY --from=files /a /a\nRUN --mount=from=files,target=/m cat /m/b > /b\n",
          "--build-context files=files --build-context base=docker-image://busybox");
    EXPECT_EQ(in_image("cat /a /b"), "onetwo");
    build("FROM busybox AS stage\nRUN false\nFROM busybox\nCOPY --from=stage / /all/\n",
          "--build-context stage=files");
    EXPECT_EQ(in_image("ls -A /all"), ".dockerignore\na\nb");
}

TEST_F(Buildx, lint_rules_warn) {
    auto shown = build("FROM busybox AS Make\nENV key value\nLABEL x=$nobody\n");
    EXPECT_THAT(shown, HasSubstr("StageNameCasing: Stage name 'Make' should be lowercase (line 1)"));
    EXPECT_THAT(shown, HasSubstr("UndefinedVar: Usage of undefined variable '$nobody' (line 3)"));
    EXPECT_THAT(shown, HasSubstr("LegacyKeyValueFormat"));
    EXPECT_THAT(fails("# check=error=true\nFROM busybox AS Make\n"),
                HasSubstr("lint violation found for rules: StageNameCasing"));
}

TEST_F(Buildx, another_frontend_is_refused_with_the_reason) {
    EXPECT_THAT(fails("# syntax=somebody/frontend:1\nFROM busybox\n"),
                HasSubstr("the frontend somebody/frontend:1 is not available"));
    build("# syntax=docker/dockerfile:1\nFROM busybox\nRUN true\n");
}

TEST_F(Buildx, an_interrupted_build_leaves_nothing) {
    put("Dockerfile", "FROM busybox\nRUN echo begun; sleep 1000\n");
    // A shell's child in the background ignores SIGINT: the client is told so by its own signal.
    Process client(command("exec docker buildx build -t built ."), "", context() / "shown");
    for (int i = 0; i < 600 && read("shown").find("begun") == std::string::npos; ++i)
        std::this_thread::sleep_for(50ms);
    ASSERT_THAT(read("shown"), HasSubstr("begun"));
    client.signal(SIGINT);
    EXPECT_EQ(client.wait(20s), 1);
    EXPECT_THAT(read("shown"), HasSubstr("CANCELED"));
    EXPECT_NE(daemon().docker("image inspect built").status, 0);
}

TEST_F(Buildx, a_secret_is_seen_by_its_step_and_stays_nowhere) {
    put("token", "hush-hush");
    auto shown = build(
        "FROM busybox\nRUN --mount=type=secret,id=token wc -c < /run/secrets/token > /size; stat -c %a "
        "/run/secrets/token > /mode\nRUN ls /run/secrets > /left 2>/dev/null || true\n",
        "--secret id=token,src=token");
    EXPECT_EQ(in_image("cat /size /mode /left"), "9\n400");
    EXPECT_THAT(shown, Not(HasSubstr("hush-hush")));
    EXPECT_THAT(docker("history --no-trunc built"), Not(HasSubstr("hush-hush")));
    EXPECT_THAT(docker("inspect built"), Not(HasSubstr("hush-hush")));
    auto found = line("grep -rl hush-hush ../../data ../../exec ../../log | grep -v /contexts/");
    EXPECT_EQ(found.text(), "") << describe(found);
    // Another build, of another client, has none of it.
    EXPECT_THAT(fails("FROM busybox\nRUN --mount=type=secret,id=token,required cat /run/secrets/token\n",
                      "--no-cache"),
                HasSubstr("secret token: not found"));
}

TEST_F(Buildx, a_secret_s_variable_is_its_step_s_alone) {
    auto result = line(
        "printf 'FROM busybox\nRUN --mount=type=secret,id=t,env=TOKEN test \"$TOKEN\" = quiet && echo good\n"
        "RUN env > /env\n' > Dockerfile && T=quiet docker buildx build --secret id=t,env=T -t built .");
    ASSERT_EQ(result.status, 0) << describe(result);
    EXPECT_THAT(result.err, HasSubstr(" good\n"));
    EXPECT_THAT(in_image("cat /env"), Not(HasSubstr("quiet")));
}

TEST_F(Buildx, the_client_s_ssh_agent_answers_in_the_step_that_asks_for_it) {
    if (line("which ssh-agent ssh-add ssh-keygen").status != 0) GTEST_SKIP() << "there is no openssh-client";
    // The agent's client with its libraries, for an image that has none.
    auto made = line(
        "for file in $(ldd $(which ssh-add) | grep -o '/[^ ]*') $(which ssh-add); do "
        "cp --parents -L $file .; done; ssh-keygen -q -t ed25519 -N '' -C somebody -f key");
    ASSERT_EQ(made.status, 0) << describe(made);
    put("Dockerfile",
        "FROM busybox\nCOPY lib* /lib/\nCOPY lib64* /lib64/\nCOPY usr /usr\n"
        "RUN --mount=type=ssh ssh-add -l\nRUN ls -d /run/buildkit/ssh_agent.0 2>&1 | tail -1; env\n");
    auto result = line(
        "eval $(ssh-agent) >&2; ssh-add key; docker buildx build --ssh default -t built .; status=$?; "
        "kill $SSH_AGENT_PID; exit $status");
    ASSERT_EQ(result.status, 0) << describe(result);
    EXPECT_THAT(result.err, testing::ContainsRegex("SHA256:.* somebody \\(ED25519\\)"));
    EXPECT_THAT(result.err, Not(HasSubstr("SSH_AUTH_SOCK=")));
    put("Dockerfile", "FROM busybox\nRUN --mount=type=ssh,required true\n");
    auto none = line("docker buildx build .");
    EXPECT_EQ(none.status, 1);
    EXPECT_THAT(none.err, HasSubstr("unset ssh forward key default"));
}

TEST_F(Buildx, a_session_serves_only_who_knows_its_id) {
    // A build that names a session that is not there waits a little and fails; it takes no other one.
    put("Dockerfile", "FROM busybox\nRUN sleep 20\n");
    Process client(command("exec docker buildx build --secret id=t,src=Dockerfile ."), "",
                   context() / "shown");
    for (int i = 0; i < 600 && read("shown").find("sleep 20") == std::string::npos; ++i)
        std::this_thread::sleep_for(50ms);
    auto twice = line(
        "curl -s -i -m 5 --unix-socket ../../d.sock -X POST -H 'Connection: Upgrade' -H 'Upgrade: h2c' "
        "http://d/session");
    EXPECT_THAT(twice.out, HasSubstr("400 Bad Request"));
    auto other = line(
        "curl -s -i -m 5 --unix-socket ../../d.sock -X POST -H 'Connection: Upgrade' -H 'Upgrade: smb' "
        "-H 'X-Docker-Expose-Session-Uuid: x' http://d/session");
    EXPECT_THAT(other.out, HasSubstr("protocol smb not supported"));
    client.signal(SIGINT);
    EXPECT_TRUE(client.wait(20s));
}

TEST_F(Buildx, compose_builds_and_runs) {
    put("compose.yaml",
        "name: composed\nservices:\n  web:\n    build:\n      context: .\n      args:\n        WHO: you\n"
        "    network_mode: none\n");
    put("Dockerfile", "FROM busybox\nARG WHO\nRUN echo hello $WHO > /file\nCMD cat /file\n");
    auto built = line("docker compose build");
    ASSERT_EQ(built.status, 0) << describe(built);
    EXPECT_EQ(docker("run --rm composed-web"), "hello you");
}

TEST_F(Buildx, bake_builds_its_targets) {
    put("docker-bake.hcl",
        "group \"default\" {\n targets = [\"one\", \"two\"]\n}\n"
        "target \"one\" {\n tags = [\"built\"]\n dockerfile-inline = \"FROM busybox\\nRUN echo 1 > /f\"\n}\n"
        "target \"two\" {\n tags = [\"other\"]\n dockerfile-inline = \"FROM busybox\\nRUN echo 2 > "
        "/f\"\n}\n");
    auto result = line("docker buildx bake");
    ASSERT_EQ(result.status, 0) << describe(result);
    EXPECT_EQ(in_image("cat /f"), "1");
    EXPECT_EQ(docker("run --rm other cat /f"), "2");
}

}  // namespace
}  // namespace dhow::test
