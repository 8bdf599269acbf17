// Contexts and Dockerfiles that a stranger wrote, by each door.

#include "e2e/build_support.hpp"

namespace dhow::test {
namespace {

class BuildHostile : public BuildTest {};
INSTANTIATE_TEST_SUITE_P(By, BuildHostile, testing::ValuesIn(doors()), name_of);

TEST_P(BuildHostile, hostile_context_reaches_nothing_outside) {
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

TEST_P(BuildHostile, links_in_the_image_lead_nowhere_outside) {
    put("file", "content");
    auto marker = daemon().work() / "host";
    std::filesystem::create_directories(marker);
    build("FROM busybox\nRUN mkdir -p " + marker.string() + " && ln -s " + marker.string() +
          " /escape && ln -s ../../../../../.." + marker.string() +
          " /up\nCOPY file /escape/\nCOPY file /up/x\n");
    EXPECT_TRUE(std::filesystem::is_empty(marker));
    EXPECT_EQ(in_image("cat " + marker.string() + "/file " + marker.string() + "/x"), "contentcontent");
}

TEST_P(BuildHostile, hostile_archives_are_refused) {
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

TEST_P(BuildHostile, cache_id_is_no_path) {
    if (is_classic_peer()) GTEST_SKIP() << "BuildKit's alone";
    build("FROM busybox\nRUN --mount=type=cache,id=../../../escape,target=/c touch /c/x\n", "--no-cache");
    auto found = run(sh("find " + daemon().data_root().string() + " -name '*escape*'"));
    EXPECT_EQ(found.text(), "");
    docker("builder prune -f");
}

}  // namespace
}  // namespace dhow::test
