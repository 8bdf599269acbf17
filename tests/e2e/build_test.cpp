// Images from Dockerfiles by each door: what a build reads, says and makes.

#include <csignal>

#include "e2e/build_support.hpp"

namespace dhow::test {
namespace {

class Build : public BuildTest {};
INSTANTIATE_TEST_SUITE_P(By, Build, testing::ValuesIn(doors()), name_of);

TEST_P(Build, makes_an_image_and_says_its_steps) {
    if (is(Door::buildx)) GTEST_SKIP() << "has BuildKit's words: buildx_test.cpp";
    auto out = build("FROM busybox\nRUN echo hello > /file && echo said\nENV a=b\nCMD cat /file\n");
    for (const char* text : {"Step 1/4 : FROM busybox\n ---> ",
                             "Step 2/4 : RUN echo hello > /file && echo said\n ---> Running in ", "\nsaid\n",
                             " ---> Removed intermediate container ", "Step 4/4 : CMD cat /file\n",
                             "Successfully built ", "Successfully tagged built:latest\n"})
        EXPECT_NE(out.find(text), out.npos) << text << "\nis not in\n" << out;
    EXPECT_EQ(docker("run --rm built"), "hello");
    auto id = inspect("built", "{{.Id}}");
    EXPECT_NE(out.find("Successfully built " + id.substr(7, 12)), out.npos) << out;
}

TEST_P(Build, each_instruction_is_in_the_history) {
    if (is(Door::buildx)) GTEST_SKIP() << "BuildKit has other words there";
    put("file", "x");
    build("FROM busybox\nCOPY file /\nRUN true > /made\nCMD [\"sh\"]\n");
    auto history = docker("history --no-trunc --format '{{.CreatedBy}}' built");
    EXPECT_THAT(history, testing::StartsWith("/bin/sh -c #(nop)  CMD [\"sh\"]\n/bin/sh -c true > /made\n"
                                             "/bin/sh -c #(nop) COPY file:"));
}

TEST_P(Build, dockerfile_on_standard_input_by_echo_and_by_a_here_document) {
    auto echo = line("echo -e 'FROM busybox\\nRUN echo one > /f\\nCMD cat /f' | docker build -t built -");
    ASSERT_EQ(echo.status, 0) << describe(echo);
    EXPECT_EQ(docker("run --rm built"), "one");
    auto first = inspect("built", "{{.Id}}");
    auto here = line("docker build -t built - <<X\nFROM busybox\nRUN echo one > /f\nCMD cat /f\nX");
    ASSERT_EQ(here.status, 0) << describe(here);
    EXPECT_EQ(inspect("built", "{{.Id}}"), first);
}

TEST_P(Build, context_is_a_tar_on_standard_input) {
    put("file", "from the tar");
    put("Dockerfile", "FROM busybox\nCOPY file /f\n");
    auto result = line("tar c . | docker build -t built -");
    ASSERT_EQ(result.status, 0) << describe(result);
    EXPECT_EQ(in_image("cat /f"), "from the tar");
}

TEST_P(Build, dockerignore_leaves_out_what_its_patterns_say) {
    put(".dockerignore", "# comment\n*/temp*\n*/*/temp*\ntemp?\n*.md\n!README.md\nDockerfile\n");
    for (const char* name :
         {"a/temporary", "a/b/temp", "a/b/c/temp", "tempa", "temp", "x.md", "README.md", "a/keep"})
        put(name, "");
    build("FROM busybox\nCOPY . /c/\n");
    EXPECT_EQ(in_image("sh -c 'cd /c; find . -type f | sort'"),
              "./.dockerignore\n./README.md\n./a/b/c/temp\n./a/keep\n./temp");
}

TEST_P(Build, unused_arguments_are_told) {
    EXPECT_THAT(build("FROM busybox\nRUN true\n", "--build-arg NOBODY=1"),
                testing::HasSubstr("One or more build-args [NOBODY] were not consumed"));
}

TEST_P(Build, target_that_is_not_there_is_told) {
    auto result = try_build("FROM busybox AS builder\n", "--target bilder");
    EXPECT_NE(result.status, 0);
    EXPECT_THAT(result.err, testing::HasSubstr("target stage \"bilder\" could not be found"));
}

TEST_P(Build, failing_command_gives_its_status) {
    if (is(Door::buildx)) GTEST_SKIP() << "has BuildKit's words: buildx_test.cpp";
    auto result = try_build("FROM busybox\nRUN echo before; exit 3\n");
    EXPECT_EQ(result.status, 3) << describe(result);
    EXPECT_THAT(result.err, testing::HasSubstr(
                                "The command '/bin/sh -c echo before; exit 3' returned a non-zero code: 3"));
}

TEST_P(Build, wrong_dockerfile_is_told_with_the_place) {
    auto result = try_build("FROM busybox\nRUNN echo\n");
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err,
                testing::HasSubstr("dockerfile parse error on line 2: unknown instruction: RUNN"));
    if (!is_peer()) {
        EXPECT_THAT(result.err, testing::HasSubstr("(did you mean RUN?)"));
    }
}

TEST_P(Build, missing_sources_are_told) {
    if (is(Door::buildx)) GTEST_SKIP() << "has BuildKit's words: buildx_test.cpp";
    auto result = try_build("FROM busybox\nCOPY nothing /\n");
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, testing::HasSubstr("COPY failed: file not found in build context or excluded by "
                                               ".dockerignore: stat nothing: file does not exist"));
}

TEST_P(Build, labels_tags_quiet_and_iidfile) {
    put("Dockerfile", "FROM busybox\nLABEL a=1\n");
    auto result = line("docker build -q --label b='x y' -t built -t other:tag --iidfile id .");
    ASSERT_EQ(result.status, 0) << describe(result);
    auto id = inspect("built", "{{.Id}}");
    EXPECT_EQ(result.text(), id);
    EXPECT_THAT(read_file(context() / "id"), testing::StartsWith(id));
    EXPECT_EQ(inspect("other:tag", "{{.Id}}"), id);
    EXPECT_EQ(config("Labels"), R"({"a":"1","b":"x y"})");
    docker("rmi other:tag");
}

TEST_P(Build, network_and_hosts) {
    build("FROM busybox\nRUN ip -o addr show | grep -c eth0 > /n; grep special /etc/hosts > /h\n",
          "--add-host special:1.2.3.4 --no-cache");
    EXPECT_NE(in_image("cat /n"), "0");
    EXPECT_THAT(in_image("cat /h"), testing::HasSubstr("1.2.3.4"));
    build("FROM busybox\nRUN ip -o addr show | grep -c eth0 > /n; true\n", "--network none --no-cache");
    EXPECT_EQ(in_image("cat /n"), "0");
}

TEST_P(Build, for_another_platform_says_so_in_the_image) {
    if (is_classic_peer())
        GTEST_SKIP() << "dockerd's classic builder takes --platform with experimental features alone";
    put("file", "x");
    build("FROM scratch\nCOPY file /\n", "--platform linux/arm64");
    EXPECT_EQ(inspect("built", "{{.Os}}/{{.Architecture}}"), "linux/arm64");
}

TEST_P(Build, secrets_reach_the_command_alone) {
    if (is(Door::classic)) GTEST_SKIP() << "docker refuses --secret with the classic builder";
    // Beside the context, all of which the daemon may keep.
    auto secret = daemon().work() / "secret";
    write_file(secret, "s3cret-value");
    put("Dockerfile",
        "FROM busybox\nRUN --mount=type=secret,id=token,required=true cat /run/secrets/token | tr a-z A-Z > "
        "/seen && "
        "stat -c %a /run/secrets/token > /mode\n"
        "RUN --mount=type=secret,id=token,env=TOKEN echo $TOKEN | wc -c > /size\n");
    auto built = line("docker build --secret id=token,src=../secret -t built .");
    ASSERT_EQ(built.status, 0) << describe(built);
    EXPECT_EQ(in_image("cat /seen /mode /size"), "S3CRET-VALUE400\n13");
    EXPECT_NE(daemon().docker("run --rm built cat /run/secrets/token").status, 0);
    for (const auto& where :
         {docker("history --no-trunc built"), docker("inspect built"), daemon().log(), built.out})
        EXPECT_EQ(where.find("s3cret-value"), std::string::npos);
    // Not in a layer, a cache or a folder of the daemon.
    std::filesystem::remove(secret);
    auto found = run(
        sh("grep -rl s3cret-value " + daemon().data_root().string() + " " + daemon().exec_root().string()));
    EXPECT_EQ(found.text(), "");
    auto missing = line("docker build --no-cache -t built .");
    EXPECT_NE(missing.status, 0);
    EXPECT_THAT(missing.err, testing::HasSubstr("secret token: not found"));
}

TEST_P(Build, without_a_bridge_commands_have_no_network) {
    if (is_peer()) GTEST_SKIP() << "a daemon of its own";
    put("Dockerfile", "FROM busybox\nRUN ls /sys/class/net > /seen\n");
    Dhowd lonely(host(), {"--bridge", "none"});
    lonely.import_busybox();
    auto built = run(through(lonely, door(), "cd " + context().native() + " && docker build -t built ."));
    EXPECT_EQ(built.status, 0) << describe(built);
    EXPECT_EQ(lonely.docker_ok("run --rm --network none built cat /seen"), "lo");
    lonely.remove_all();
}

TEST_P(Build, that_is_cancelled_leaves_nothing) {
    if (is_peer()) GTEST_SKIP() << "of dhow's own folders";
    put("Dockerfile", "FROM busybox\nRUN sleep 300\n");
    Process client(command("exec docker build . > ../out 2>&1"), "", "");
    EXPECT_TRUE(eventually([&] {
        return read_file(daemon().work() / "out").find(is(Door::buildx) ? "RUN sleep" : "Running in") !=
               std::string::npos;
    }));
    client.signal(SIGKILL);
    EXPECT_TRUE(eventually([&] {
        return !std::filesystem::exists(daemon().exec_root() / "containers") ||
               std::filesystem::is_empty(daemon().exec_root() / "containers");
    }));
}

TEST_P(Build, that_a_crash_cuts_off_is_undone) {
    if (is_peer()) GTEST_SKIP() << "of dhow's own folders";
    put("Dockerfile", "FROM busybox\nRUN sleep 300\n");
    Process client(command("exec docker build . > ../out2 2>&1"), "", "");
    EXPECT_TRUE(eventually([&] {
        return read_file(daemon().work() / "out2").find(is(Door::buildx) ? "RUN sleep" : "Running in") !=
               std::string::npos;
    }));
    daemon().crash_and_restart();
    EXPECT_TRUE(eventually([&] { return std::filesystem::is_empty(daemon().data_root() / "snapshots"); }));
}

}  // namespace
}  // namespace dhow::test
