// The Dockerfile language by each door: what instructions make of an image.

#include "e2e/build_support.hpp"

namespace dhow::test {
namespace {

using testing::HasSubstr;

class BuildLanguage : public BuildTest {};
INSTANTIATE_TEST_SUITE_P(By, BuildLanguage, testing::ValuesIn(doors()), name_of);

TEST_P(BuildLanguage, arguments_before_from_and_inside_of_the_stage) {
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

TEST_P(BuildLanguage, expose_is_tcp_where_nothing_is_said) {
    build("FROM busybox\nEXPOSE 80/tcp\nEXPOSE 80 443\nEXPOSE 53/udp\n");
    EXPECT_EQ(config("ExposedPorts"), R"({"443/tcp":{},"53/udp":{},"80/tcp":{}})");
}

TEST_P(BuildLanguage, exec_form_entrypoint_is_process_1_and_gets_signals) {
    put("start", "#!/bin/sh\ntrap 'echo got; exit 7' TERM\necho ready\nwhile true; do sleep 0.1; done\n");
    build("FROM busybox\nCOPY --chmod=755 start /start\nENTRYPOINT [\"/start\"]\nVOLUME [\"/data\"]\n");
    docker("run -d --name process built");
    EXPECT_TRUE(eventually([&] { return docker("logs process") == "ready"; }));
    docker("stop process");
    EXPECT_EQ(inspect("process", "{{.State.ExitCode}}"), "7");
    EXPECT_EQ(inspect("process", "{{range .Mounts}}{{.Type}} {{.Destination}}{{end}}"), "volume /data");
}

TEST_P(BuildLanguage, env_in_its_forms) {
    build(
        "FROM busybox\nENV a=1 b=\"two words\" c=three\\ words d='it''s'\nENV old the  rest\nENV e=$a$b "
        "a=2\n");
    EXPECT_EQ(in_image("sh -c 'echo \"$a|$b|$c|$d|$old|$e\"'"),
              "2|two words|three words|its|the  rest|1two words");
}

TEST_P(BuildLanguage, add_with_wildcards_and_owners) {
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

TEST_P(BuildLanguage, add_unpacks_archives_and_copy_does_not) {
    put("in/a", "content");
    auto tar = line("tar c --owner=7 --group=8 in > plain.tar && tar cz in > packed.tar.gz && rm -r in");
    ASSERT_EQ(tar.status, 0) << describe(tar);
    build("FROM busybox\nADD plain.tar /add/\nADD packed.tar.gz /zip/\nCOPY plain.tar /copy/\n");
    EXPECT_EQ(in_image("cat /add/in/a /zip/in/a"), "contentcontent");
    EXPECT_EQ(in_image("stat -c %u:%g /add/in/a"), "7:8");
    EXPECT_EQ(in_image("ls /copy"), "plain.tar");
}

TEST_P(BuildLanguage, relative_workdirs_add_up) {
    build("FROM busybox\nWORKDIR /a\nWORKDIR b\nWORKDIR c\nRUN pwd > /where\n");
    EXPECT_EQ(in_image("cat /where"), "/a/b/c");
    EXPECT_EQ(in_image("pwd"), "/a/b/c");
}

TEST_P(BuildLanguage, shell_is_used_from_then_on) {
    // What the shell of SHELL is shows in how it is called.
    build("FROM busybox\nSHELL [\"/bin/sh\", \"-xc\"]\nRUN echo $- > /flags\nCMD echo hello\n");
    EXPECT_THAT(in_image("cat /flags"), testing::HasSubstr("x"));
    EXPECT_EQ(config("Cmd"), R"(["/bin/sh","-xc","echo hello"])");
}

TEST_P(BuildLanguage, from_scratch_with_a_static_program) {
    std::filesystem::copy_file("/bin/busybox", context() / "busybox");
    build("FROM scratch\nCOPY busybox /bin/sh\nCMD [\"/bin/sh\", \"-c\", \"echo static\"]\n");
    EXPECT_EQ(docker("run --rm built"), "static");
}

TEST_P(BuildLanguage, stages_are_bases_and_sources_of_others) {
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

TEST_P(BuildLanguage, onbuild_runs_in_the_image_built_on_it) {
    put("Dockerfile", "FROM busybox\nONBUILD COPY file /f\nONBUILD RUN cat /f > /g\n");
    auto base = line("docker build -t base .");
    ASSERT_EQ(base.status, 0) << describe(base);
    put("file", "triggered");
    auto shown = build("FROM base\n");
    if (!is(Door::buildx)) {
        EXPECT_THAT(shown, testing::HasSubstr("# Executing 2 build triggers"));
    }
    EXPECT_EQ(in_image("cat /g"), "triggered");
}

TEST_P(BuildLanguage, here_documents) {
    if (is_classic_peer()) GTEST_SKIP() << "BuildKit's alone";
    build(
        "FROM busybox\nARG v=x\nRUN <<EOF\necho one > /a\necho $v >> /a\nEOF\nCOPY <<EOF /b\n$v "
        "\"quoted\"\nEOF\n");
    EXPECT_EQ(in_image("cat /a /b"), "one\nx\nx \"quoted\"");
}

TEST_P(BuildLanguage, here_document_that_names_its_interpreter) {
    if (is_classic_peer()) GTEST_SKIP() << "BuildKit's alone";
    build("FROM busybox\nRUN <<EOF\n#!/bin/busybox sh\necho \"$0\" > /program\nEOF\n");
    EXPECT_EQ(in_image("cat /program"), "/dev/pipes/EOF");
    EXPECT_NE(daemon().docker("run --rm built ls /dev/pipes").status, 0);
}

TEST_P(BuildLanguage, copy_keeps_parents_and_leaves_out_what_is_excluded) {
    if (is_classic_peer()) GTEST_SKIP() << "BuildKit's alone";
    for (const char* name : {"a/b/one.txt", "a/b/two.md", "a/c/three.txt", "four.txt", "five.md"})
        put(name, name);
    line("chmod 700 a/b");
    build(
        "FROM busybox\nCOPY --parents a/b/one.txt four.txt /p/\nCOPY --parents a/./b/one.txt /q/\n"
        "COPY --parents **/*.txt /r/\nCOPY --exclude=*.md --exclude=c a /s/\nCOPY --exclude=*.md f* /t/\n");
    EXPECT_EQ(in_image("sh -c 'cd /p; find . -type f | sort'"), "./a/b/one.txt\n./four.txt");
    EXPECT_EQ(in_image("stat -c %a /p/a/b /q/b"), "700\n700");
    EXPECT_EQ(in_image("sh -c 'cd /r; find . -type f | sort'"), "./a/b/one.txt\n./a/c/three.txt\n./four.txt");
    EXPECT_EQ(in_image("sh -c 'cd /s; find . | sort'"), ".\n./b\n./b/one.txt\n./b/two.md");
    EXPECT_EQ(in_image("ls /t"), "four.txt");
}

TEST_P(BuildLanguage, an_oci_layout_stands_in_for_an_image) {
    if (is(Door::classic)) GTEST_SKIP() << "the classic builder has no named contexts";
    put("base/Dockerfile", "FROM busybox\nRUN echo laid out > /made\nENV from=layout\n");
    auto made = line(
        "docker build -t base -o type=oci,dest=base.tar base && mkdir layout && tar -xf base.tar -C layout "
        "&& "
        "docker rmi -f base; docker builder prune -af >/dev/null");
    ASSERT_EQ(made.status, 0) << describe(made);
    const char* file =
        "FROM thing\nRUN cp /made /copied; echo $from > /env\nCOPY --from=thing /made /again\n";
    build(file, "--build-context thing=oci-layout://layout:latest");
    EXPECT_EQ(in_image("cat /made /copied /env /again"), "laid out\nlaid out\nlayout\nlaid out");
    EXPECT_THAT(build(file, "--build-context thing=oci-layout://layout:latest --pull"), HasSubstr(cached()));
    // buildx takes the only one there is, whatever its name.
    auto other = try_build(file, "--build-context thing=oci-layout://layout:other");
    EXPECT_EQ(other.status != 0, is(Door::dhow)) << describe(other);

    auto spoilt = line(
        "tar -cf other.tar Dockerfile && mv other.tar $(ls -S layout/blobs/sha256/* | head -1) && "
        "docker rmi -f built; docker builder prune -af");
    ASSERT_EQ(spoilt.status, 0) << describe(spoilt);
    auto refused = try_build(file, "--build-context thing=oci-layout://layout:latest");
    EXPECT_NE(refused.status, 0);
    EXPECT_THAT(refused.out + refused.err, HasSubstr("is another than its name says"));
}

TEST_P(BuildLanguage, mounts_of_run_leave_no_trace) {
    if (is_classic_peer()) GTEST_SKIP() << "BuildKit's alone";
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

}  // namespace
}  // namespace dhow::test
