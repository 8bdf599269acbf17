// Images from Dockerfiles, by the real docker command line with the classic builder. With DHOW_PEER in the
// environment the same is tried on dockerd.

#include <csignal>
#include <cstdlib>

#include <gmock/gmock.h>

#include "support/end_to_end.hpp"

namespace dhow::test {
namespace {

/// By each door: POST /build as the docker command asks for it, and as `dhow build` does.
class Build : public EndToEnd, public testing::WithParamInterface<Client> {
  protected:
    void SetUp() override {
        std::filesystem::remove_all(context());
        std::filesystem::create_directories(context());
    }

    static std::filesystem::path context() { return daemon().work() / "context"; }
    static void put(const std::string& name, std::string_view text) {
        std::filesystem::create_directories((context() / name).parent_path());
        write_file(context() / name, text);
    }
    /// A line of bash in the context's folder.
    static Result line(const std::string& text) {
        auto command = daemon().sh("cd context && " + text, GetParam());
        return run(command.with("DOCKER_BUILDKIT", "0"));
    }
    static Result try_build(const std::string& dockerfile, const std::string& options = "") {
        put("Dockerfile", dockerfile);
        return line("docker build " + options + " -t built .");
    }
    /// Builds the image "built". @return what the build printed
    static std::string build(const std::string& dockerfile, const std::string& options = "") {
        auto result = try_build(dockerfile, options);
        EXPECT_EQ(result.status, 0) << describe(result);
        return result.out;
    }
    /// What a command in the image says.
    static std::string in_image(const std::string& command) { return docker("run --rm built " + command); }
    static std::string config(const std::string& format) {
        return inspect("built", "{{json .Config." + format + "}}");
    }
    static bool is_peer() { return std::getenv("DHOW_PEER"); }
    void TearDown() override {
        // Containers first: what they stand on stays. Then leaves, and what has become one.
        daemon().remove_all();
        daemon().docker("rmi -f built other base");
        for (int i = 0; i < 3; ++i) daemon().docker("image prune -f");
        EndToEnd::TearDown();
    }
};

std::vector<Client> doors() {
    if (std::getenv("DHOW_PEER")) return {Client::docker};
    return {Client::docker, Client::dhow};
}
std::string name_of(const testing::TestParamInfo<Client>& door) {
    return door.param == Client::dhow ? "dhow" : "docker";
}
INSTANTIATE_TEST_SUITE_P(By, Build, testing::ValuesIn(doors()), name_of);

TEST_P(Build, makes_an_image_and_says_its_steps) {
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

TEST_P(Build, arguments_before_from_and_inside_of_the_stage) {
    const char* file =
        "ARG VERSION=latest\nFROM busybox:$VERSION\nRUN echo \"[$VERSION]\" > /before\nARG VERSION\n"
        "RUN echo \"[$VERSION]\" > /after\n";
    build(file);
    EXPECT_EQ(in_image("cat /before /after"), "[]\n[latest]");
    docker("tag busybox busybox:other");
    build(file, "--build-arg VERSION=other");
    EXPECT_EQ(in_image("cat /before /after"), "[]\n[other]");
    docker("rmi busybox:other");
}

TEST_P(Build, unused_arguments_are_told) {
    EXPECT_THAT(build("FROM busybox\nRUN true\n", "--build-arg NOBODY=1"),
                testing::HasSubstr("[Warning] One or more build-args [NOBODY] were not consumed"));
}

TEST_P(Build, expose_is_tcp_where_nothing_is_said) {
    build("FROM busybox\nEXPOSE 80/tcp\nEXPOSE 80 443\nEXPOSE 53/udp\n");
    EXPECT_EQ(config("ExposedPorts"), R"({"443/tcp":{},"53/udp":{},"80/tcp":{}})");
}

TEST_P(Build, exec_form_entrypoint_is_process_1_and_gets_signals) {
    put("start", "#!/bin/sh\ntrap 'echo got; exit 7' TERM\necho ready\nwhile true; do sleep 0.1; done\n");
    build("FROM busybox\nCOPY --chmod=755 start /start\nENTRYPOINT [\"/start\"]\nVOLUME [\"/data\"]\n");
    docker("run -d --name process built");
    EXPECT_TRUE(eventually([&] { return docker("logs process") == "ready"; }));
    docker("stop process");
    EXPECT_EQ(inspect("process", "{{.State.ExitCode}}"), "7");
    EXPECT_EQ(inspect("process", "{{range .Mounts}}{{.Type}} {{.Destination}}{{end}}"), "volume /data");
}

TEST_P(Build, env_in_its_forms) {
    build(
        "FROM busybox\nENV a=1 b=\"two words\" c=three\\ words d='it''s'\nENV old the  rest\nENV e=$a$b "
        "a=2\n");
    EXPECT_EQ(in_image("sh -c 'echo \"$a|$b|$c|$d|$old|$e\"'"),
              "2|two words|three words|its|the  rest|1two words");
}

TEST_P(Build, add_with_wildcards_and_owners) {
    for (const char* name : {"home.txt", "homx.txt", "hom.txt", "other"}) put(name, name);
    build(
        "FROM busybox\nRUN echo bin:x:2:2:bin:/bin:/bin/sh >> /etc/passwd && echo bin:x:2: >> /etc/group && "
        "echo mygroup:x:77: >> /etc/group\nADD hom* /one/\nADD hom?.txt /two/\nADD --chown=55:mygroup "
        "home.txt /three/\n"
        "ADD --chown=bin other /four/\nADD --chown=1 other /five\nADD --chown=10:11 other /six/\n");
    EXPECT_EQ(in_image("ls /one /two"), "/one:\nhom.txt\nhome.txt\nhomx.txt\n\n/two:\nhome.txt\nhomx.txt");
    EXPECT_EQ(in_image("stat -c '%u:%g' /one/home.txt /three/home.txt /four/other /five /six/other"),
              "0:0\n55:77\n2:2\n1:1\n10:11");
}

TEST_P(Build, add_unpacks_archives_and_copy_does_not) {
    put("in/a", "content");
    auto tar = line("tar c --owner=7 --group=8 in > plain.tar && tar cz in > packed.tar.gz && rm -r in");
    ASSERT_EQ(tar.status, 0) << describe(tar);
    build("FROM busybox\nADD plain.tar /add/\nADD packed.tar.gz /zip/\nCOPY plain.tar /copy/\n");
    EXPECT_EQ(in_image("cat /add/in/a /zip/in/a"), "contentcontent");
    EXPECT_EQ(in_image("stat -c %u:%g /add/in/a"), "7:8");
    EXPECT_EQ(in_image("ls /copy"), "plain.tar");
}

TEST_P(Build, relative_workdirs_add_up) {
    build("FROM busybox\nWORKDIR /a\nWORKDIR b\nWORKDIR c\nRUN pwd > /where\n");
    EXPECT_EQ(in_image("cat /where"), "/a/b/c");
    EXPECT_EQ(in_image("pwd"), "/a/b/c");
}

TEST_P(Build, shell_is_used_from_then_on) {
    // What the shell of SHELL is shows in how it is called.
    build("FROM busybox\nSHELL [\"/bin/sh\", \"-xc\"]\nRUN echo $- > /flags\nCMD echo hello\n");
    EXPECT_THAT(in_image("cat /flags"), testing::HasSubstr("x"));
    EXPECT_EQ(config("Cmd"), R"(["/bin/sh","-xc","echo hello"])");
}

TEST_P(Build, from_scratch_with_a_static_program) {
    std::filesystem::copy_file("/bin/busybox", context() / "busybox");
    build("FROM scratch\nCOPY busybox /bin/sh\nCMD [\"/bin/sh\", \"-c\", \"echo static\"]\n");
    EXPECT_EQ(docker("run --rm built"), "static");
}

TEST_P(Build, stages_are_bases_and_sources_of_others) {
    const char* file =
        "FROM busybox AS builder\nRUN echo made > /made && mkdir /dir && echo deep > /dir/file && chown 5:6 "
        "/dir/file\n"
        "FROM builder AS middle\nRUN cat /made > /copy\n"
        "FROM busybox\nCOPY --from=builder /made /a\nCOPY --from=0 /dir /d\nCOPY --from=middle /copy /b\n"
        "COPY --from=busybox:latest /bin/busybox /bb\n";
    build(file);
    EXPECT_EQ(in_image("cat /a /b /d/file"), "made\nmade\ndeep");
    EXPECT_EQ(in_image("stat -c %u:%g /d/file"), "5:6");
    EXPECT_EQ(in_image("test -x /bb"), "");
    build(file, "--target builder");
    EXPECT_EQ(in_image("cat /made"), "made");
    EXPECT_NE(docker("run --rm built ls /").find("made"), std::string::npos);
}

TEST_P(Build, stages_that_nothing_needs_are_not_built) {
    if (is_peer()) GTEST_SKIP() << "dockerd's classic builder builds all of them";
    auto out = build("FROM busybox AS unneeded\nRUN false\nFROM busybox\nRUN true\n");
    EXPECT_EQ(out.find("RUN false"), out.npos) << out;
}

TEST_P(Build, independent_stages_run_at_the_same_time) {
    if (is_peer()) GTEST_SKIP() << "dockerd's classic builder runs one after the other";
    // Each waits for the other's file.
    auto meet = [](const std::string& mine, const std::string& other) {
        return "RUN --mount=type=cache,id=meeting,target=/m touch /m/" + mine +
               "; for i in $(seq 100); do [ -e /m/" + other + " ] && exit 0; sleep 0.1; done; exit 9\n";
    };
    build("FROM busybox AS one\n" + meet("one", "two") + "FROM busybox AS two\n" + meet("two", "one") +
          "FROM busybox\nCOPY --from=one /bin/true /1\nCOPY --from=two /bin/true /2\n");
    docker("builder prune -f");
}

TEST_P(Build, target_that_is_not_there_is_told) {
    auto result = try_build("FROM busybox AS builder\n", "--target bilder");
    EXPECT_NE(result.status, 0);
    EXPECT_THAT(result.err, testing::HasSubstr("target stage \"bilder\" could not be found"));
}

TEST_P(Build, failing_command_gives_its_status) {
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
    auto result = try_build("FROM busybox\nCOPY nothing /\n");
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, testing::HasSubstr("COPY failed: file not found in build context or excluded by "
                                               ".dockerignore: stat nothing: file does not exist"));
}

TEST_P(Build, the_same_again_is_the_same_image) {
    put("file", "1");
    const char* file = "FROM busybox\nRUN cat /proc/sys/kernel/random/uuid > /when\nCOPY file /\nENV a=b\n";
    build(file);
    auto id = inspect("built", "{{.Id}}");
    EXPECT_THAT(build(file), testing::HasSubstr(" ---> Using cache\n"));
    EXPECT_EQ(inspect("built", "{{.Id}}"), id);
    auto when = in_image("cat /when");
    put("file", "2");
    build(file);
    EXPECT_EQ(in_image("cat /when /file"), when + "\n2");
    build(file, "--no-cache");
    EXPECT_NE(in_image("cat /when"), when);
}

TEST_P(Build, content_decides_not_what_made_it) {
    if (is_peer()) GTEST_SKIP() << "dockerd's classic builder looks at its own steps alone";
    // The first stage changes, what is taken of it does not.
    auto file = [](const std::string& comment) {
        return "FROM busybox AS one\nRUN echo " + comment +
               "; echo same > /f\nFROM busybox\nCOPY --from=one /f /f\nRUN cat /proc/sys/kernel/random/uuid "
               "> /when\n";
    };
    build(file("first"));
    auto when = in_image("cat /when");
    build(file("second"));
    EXPECT_EQ(in_image("cat /when"), when);
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

TEST_P(Build, onbuild_runs_in_the_image_built_on_it) {
    put("Dockerfile", "FROM busybox\nONBUILD COPY file /f\nONBUILD RUN cat /f > /g\n");
    auto base = line("docker build -t base .");
    ASSERT_EQ(base.status, 0) << describe(base);
    put("file", "triggered");
    EXPECT_THAT(build("FROM base\n"), testing::HasSubstr("# Executing 2 build triggers"));
    EXPECT_EQ(in_image("cat /g"), "triggered");
}

TEST_P(Build, network_and_hosts) {
    build("FROM busybox\nRUN ip -o addr show | grep -c eth0 > /n; grep special /etc/hosts > /h\n",
          "--add-host special:1.2.3.4 --no-cache");
    EXPECT_NE(in_image("cat /n"), "0");
    EXPECT_THAT(in_image("cat /h"), testing::HasSubstr("1.2.3.4"));
    build("FROM busybox\nRUN ip -o addr show | grep -c eth0 > /n; true\n", "--network none --no-cache");
    EXPECT_EQ(in_image("cat /n"), "0");
}

TEST_P(Build, nothing_of_a_run_but_its_files_is_in_the_layer) {
    build("FROM busybox\nRUN true\nRUN touch /only\n");
    auto layers = inspect("built", "{{len .RootFS.Layers}}");
    EXPECT_EQ(layers, "2") << "a RUN that changes nothing makes no layer";
    auto list = line(
        "docker save built > ../saved.tar && tar xOf ../saved.tar manifest.json | grep -o "
        "'blobs[^\"]*\\|[^\"]*layer.tar' | tail -1 | "
        "xargs tar xOf ../saved.tar | tar t");
    EXPECT_EQ(list.text(), "only") << describe(list);
}

TEST_P(Build, mounts_of_run_leave_no_trace) {
    if (is_peer()) GTEST_SKIP() << "BuildKit's alone";
    put("file", "bound");
    build(
        "FROM busybox AS one\nRUN echo staged > /s\nFROM busybox\n"
        "RUN --mount=target=/ctx --mount=type=tmpfs,target=/t --mount=type=bind,from=one,source=/s,target=/s "
        "--mount=type=cache,target=/cache cat /ctx/file /s > /out; touch /t/x /cache/y\n"
        "RUN --mount=type=cache,target=/cache ls /cache > /cached\n");
    EXPECT_EQ(in_image("cat /out /cached"), "boundstaged\ny");
    EXPECT_NE(daemon().docker("run --rm built ls /ctx").status, 0);
    docker("builder prune -f");
}

TEST_P(Build, here_documents) {
    if (is_peer()) GTEST_SKIP() << "BuildKit's alone";
    build(
        "FROM busybox\nARG v=x\nRUN <<EOF\necho one > /a\necho $v >> /a\nEOF\nCOPY <<EOF /b\n$v "
        "\"quoted\"\nEOF\n");
    EXPECT_EQ(in_image("cat /a /b"), "one\nx\nx \"quoted\"");
}

TEST_P(Build, hostile_context_reaches_nothing_outside) {
    std::filesystem::create_symlink("/etc/passwd", context() / "link");
    std::filesystem::create_symlink("../../../../../../etc", context() / "up");
    EXPECT_THAT(try_build("FROM busybox\nCOPY link /x\n").err, testing::HasSubstr("COPY failed"));
    EXPECT_THAT(try_build("FROM busybox\nCOPY up/passwd /x\n").err, testing::HasSubstr("COPY failed"));
    EXPECT_THAT(try_build("FROM busybox\nCOPY ../x /x\n").err,
                testing::HasSubstr("forbidden path outside the build context"));
    // As links, they are taken.
    build("FROM busybox\nCOPY . /c/\n");
    EXPECT_EQ(in_image("readlink /c/link"), "/etc/passwd");
}

TEST_P(Build, links_in_the_image_lead_nowhere_outside) {
    put("file", "content");
    auto marker = daemon().work() / "host";
    std::filesystem::create_directories(marker);
    build("FROM busybox\nRUN mkdir -p " + marker.string() + " && ln -s " + marker.string() +
          " /escape && ln -s ../../../../../.." + marker.string() +
          " /up\nCOPY file /escape/\nCOPY file /up/x\n");
    EXPECT_TRUE(std::filesystem::is_empty(marker));
    EXPECT_EQ(in_image("cat " + marker.string() + "/file " + marker.string() + "/x"), "contentcontent");
}

TEST_P(Build, hostile_archives_are_refused) {
    auto made = line(
        "mkdir d && echo x > d/f && tar cP --transform 's,d/f,../escaped,' d/f > up.tar; "
        "tar cP --transform 's,d/f,/tmp/dhow-escaped,' d/f > abs.tar");
    ASSERT_EQ(made.status, 0) << describe(made);
    for (const char* name : {"up.tar", "abs.tar"}) {
        auto result = line("docker build -t built - < " + std::string(name));
        EXPECT_NE(result.status, 0) << describe(result);
    }
    EXPECT_FALSE(std::filesystem::exists("/tmp/dhow-escaped"));
}

TEST_P(Build, cache_id_is_no_path) {
    if (is_peer()) GTEST_SKIP() << "BuildKit's alone";
    build("FROM busybox\nRUN --mount=type=cache,id=../../../escape,target=/c touch /c/x\n", "--no-cache");
    auto found = run(sh("find " + daemon().data_root().string() + " -name '*escape*'"));
    EXPECT_EQ(found.text(), "");
    docker("builder prune -f");
}

TEST_P(Build, that_is_cancelled_leaves_nothing) {
    if (is_peer()) GTEST_SKIP() << "of dhow's own folders";
    put("Dockerfile", "FROM busybox\nRUN sleep 300\n");
    auto command = daemon().sh("cd context && exec docker build .", GetParam()).with("DOCKER_BUILDKIT", "0");
    Process client(command, daemon().work() / "out", "");
    EXPECT_TRUE(eventually(
        [&] { return read_file(daemon().work() / "out").find("Running in") != std::string::npos; }));
    client.signal(SIGKILL);
    EXPECT_TRUE(eventually([&] {
        return !std::filesystem::exists(daemon().exec_root() / "containers") ||
               std::filesystem::is_empty(daemon().exec_root() / "containers");
    }));
}

TEST_P(Build, that_a_crash_cuts_off_is_undone) {
    if (is_peer()) GTEST_SKIP() << "of dhow's own folders";
    put("Dockerfile", "FROM busybox\nRUN sleep 300\n");
    auto command = daemon().sh("cd context && exec docker build .", GetParam()).with("DOCKER_BUILDKIT", "0");
    Process client(command, daemon().work() / "out2", "");
    EXPECT_TRUE(eventually(
        [&] { return read_file(daemon().work() / "out2").find("Running in") != std::string::npos; }));
    daemon().crash_and_restart();
    EXPECT_TRUE(eventually([&] { return std::filesystem::is_empty(daemon().data_root() / "snapshots"); }));
}

}  // namespace
}  // namespace dhow::test
