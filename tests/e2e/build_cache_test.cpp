// What builds use again, by each door.

#include <thread>

#include "e2e/build_support.hpp"

namespace dhow::test {
namespace {

class BuildCache : public BuildTest {};
INSTANTIATE_TEST_SUITE_P(By, BuildCache, testing::ValuesIn(doors()), name_of);

TEST_P(BuildCache, stages_that_nothing_needs_are_not_built) {
    if (is_classic_peer()) GTEST_SKIP() << "dockerd's classic builder builds all of them";
    auto out = build("FROM busybox AS unneeded\nRUN false\nFROM busybox\nRUN true\n");
    EXPECT_EQ(out.find("RUN false"), out.npos) << out;
}

TEST_P(BuildCache, independent_stages_run_at_the_same_time) {
    if (is_classic_peer()) GTEST_SKIP() << "dockerd's classic builder runs one after the other";
    // Each waits for the other's file.
    auto meet = [](const std::string& mine, const std::string& other) {
        return "RUN --mount=type=cache,id=meeting,target=/m touch /m/" + mine +
               "; for i in $(seq 100); do [ -e /m/" + other + " ] && exit 0; sleep 0.1; done; exit 9\n";
    };
    build("FROM busybox AS one\n" + meet("one", "two") + "FROM busybox AS two\n" + meet("two", "one") +
          "FROM busybox\nCOPY --from=one /bin/true /1\nCOPY --from=two /bin/true /2\n");
    docker("builder prune -f");
}

TEST_P(BuildCache, the_same_again_is_the_same_image) {
    put("file", "1");
    const char* file = "FROM busybox\nRUN cat /proc/sys/kernel/random/uuid > /when\nCOPY file /\nENV a=b\n";
    build(file);
    auto id = inspect("built", "{{.Id}}");
    EXPECT_THAT(build(file), testing::HasSubstr(cached()));
    EXPECT_EQ(inspect("built", "{{.Id}}"), id);
    auto when = in_image("cat /when");
    put("file", "2");
    build(file);
    EXPECT_EQ(in_image("cat /when /file"), when + "\n2");
    build(file, "--no-cache");
    EXPECT_NE(in_image("cat /when"), when);
}

TEST_P(BuildCache, content_decides_not_what_made_it) {
    if (is_classic_peer()) GTEST_SKIP() << "dockerd's classic builder looks at its own steps alone";
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

TEST_P(BuildCache, nothing_of_a_run_but_its_files_is_in_the_layer) {
    build("FROM busybox\nRUN true\nRUN touch /only\n");
    auto layers = inspect("built", "{{len .RootFS.Layers}}");
    EXPECT_EQ(layers, "2") << "a RUN that changes nothing makes no layer";
    auto list = line(
        "docker save built > ../saved.tar && tar xOf ../saved.tar manifest.json | grep -o "
        "'blobs[^\"]*\\|[^\"]*layer.tar' | tail -1 | "
        "xargs tar xOf ../saved.tar | tar t");
    EXPECT_EQ(list.text(), "only") << describe(list);
}

TEST_P(BuildCache, linked_copy_is_a_layer_of_its_own) {
    if (is_classic_peer()) GTEST_SKIP() << "BuildKit's alone";
    put("file", "content");
    auto file = [](const std::string& below) {
        return "FROM busybox\nRUN " + below + "\nCOPY --link --chown=5:6 file /d/file\n";
    };
    // A link on the way is the layer below's: it is replaced, not followed.
    build(file("mkdir /other && ln -s other /d"));
    EXPECT_EQ(in_image("stat -c %F:%u:%g /d /d/file"), "directory:5:6\nregular file:5:6");
    auto layer = inspect("built", "{{index .RootFS.Layers 2}}");
    // What is below has changed, and the layer is used again.
    EXPECT_THAT(build(file("echo else > /else")), testing::HasSubstr(cached()));
    EXPECT_EQ(inspect("built", "{{index .RootFS.Layers 2}}"), layer);
    EXPECT_THAT(try_build("FROM busybox\nCOPY --link --chown=root file /d\n").err,
                testing::HasSubstr("names are of the layers below"));
}

TEST_P(BuildCache, cache_begins_with_a_stage_and_bind_mounts_may_be_written) {
    if (is_classic_peer()) GTEST_SKIP() << "BuildKit's alone";
    put("file", "context");
    build(
        "FROM busybox AS seed\nRUN mkdir /s && echo seeded > /s/f\nFROM busybox\n"
        "RUN --mount=type=cache,id=begun,from=seed,source=/s,target=/c cat /c/f > /one; echo more >> /c/f\n"
        "RUN --mount=type=cache,id=begun,from=seed,source=/s,target=/c cat /c/f > /two\n"
        "RUN --mount=target=/m,rw echo written > /m/file && cat /m/file > /three\n"
        "RUN --mount=target=/m cat /m/file > /four\n");
    EXPECT_EQ(in_image("cat /one /two /three /four"), "seeded\nseeded\nmore\nwritten\ncontext");
    docker("builder prune -f");
}

TEST_P(BuildCache, with_a_time_of_its_source_gives_the_same_image) {
    if (is_classic_peer()) GTEST_SKIP() << "BuildKit's alone";
    const char* file = "FROM busybox\nRUN mkdir /d && echo x > /d/f && ln -s f /d/l\nWORKDIR /w\nENV a=b\n";
    std::string ids;
    for (const char* options : {"--no-cache", "--no-cache"}) {
        build(file, std::string(options) + " --build-arg SOURCE_DATE_EPOCH=1000000000");
        ids += inspect("built", "{{.Id}}") + "\n";
        // A second must pass for a time that is not the source's to show.
        std::this_thread::sleep_for(1100ms);
    }
    auto lines = lines_of(ids);
    EXPECT_EQ(lines[0], lines[1]);
    EXPECT_EQ(inspect("built", "{{.Created}}"), "2001-09-09T01:46:40Z");
    EXPECT_EQ(in_image("stat -c %Y /d/f /w"), "1000000000\n1000000000");
}

TEST_P(BuildCache, stages_can_be_built_without_the_cache_and_metadata_written) {
    if (is(Door::classic)) GTEST_SKIP() << "docker has these options with BuildKit alone";
    put("Dockerfile",
        "FROM busybox AS one\nRUN cat /proc/sys/kernel/random/uuid > /1\nFROM busybox AS two\n"
        "RUN cat /proc/sys/kernel/random/uuid > /2\nFROM busybox\nCOPY --from=one /1 /\nCOPY --from=two /2 "
        "/\n");
    auto first = line("docker build -t built .");
    ASSERT_EQ(first.status, 0) << describe(first);
    auto one = in_image("cat /1"), two = in_image("cat /2");
    auto second = line("docker build --no-cache-filter two --metadata-file meta.json -t built .");
    ASSERT_EQ(second.status, 0) << describe(second);
    EXPECT_EQ(in_image("cat /1"), one);
    EXPECT_NE(in_image("cat /2"), two);
    EXPECT_THAT(read_file(context() / "meta.json"), testing::HasSubstr(inspect("built", "{{.Id}}")));
}

}  // namespace
}  // namespace dhow::test
