// What cp means by its paths.

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "cli/copy/paths.hpp"

namespace dhow::cli {
namespace {

TEST(Copy, TellsContainersFromFiles) {
    struct Case {
        const char *argument, *container, *path;
    };
    for (const auto& [argument, container, path] : {Case{"box:/a", "box", "/a"},
                                                    {"box:a:b", "box", "a:b"},
                                                    {"/a:b", "", "/a:b"},
                                                    {"./a:b", "", "./a:b"},
                                                    {"a", "", "a"},
                                                    {"-", "", "-"},
                                                    {"box:", "box", ""},
                                                    {":a", "", ":a"}}) {
        auto place = parse_copy_place(argument);
        EXPECT_EQ(place.container, container) << argument;
        EXPECT_EQ(place.path, path) << argument;
    }
}

TEST(Copy, SplitsPathsAsDockerDoes) {
    struct Case {
        const char *path, *folder, *name;
    };
    for (const auto& [path, folder, name] : {Case{"/a/b", "/a", "b"},
                                             {"/a/b/", "/a", "b"},
                                             {"a/.", "a", "."},
                                             {"/", "/", "/"},
                                             {"a", ".", "a"},
                                             {"/a", "/", "a"},
                                             {".", ".", "."},
                                             {"/a/../b", "/", "b"}}) {
        auto split = split_copy_path(path);
        EXPECT_EQ(split.folder, folder) << path;
        EXPECT_EQ(split.name, name) << path;
    }
}

TEST(Copy, PlansByWhatIsAtTheDestination) {
    auto into = plan_copy("src", true, {"/dst", true, true});
    EXPECT_EQ(into.folder, "/dst");
    EXPECT_EQ(into.rename("src/a"), "src/a");
    auto renamed = plan_copy("src", true, {"/to/dst", false, false});
    EXPECT_EQ(renamed.folder, "/to");
    EXPECT_EQ(renamed.rename("src"), "dst");
    EXPECT_EQ(renamed.rename("src/src/a"), "dst/src/a");
    EXPECT_EQ(renamed.rename("srcs"), "srcs");
    EXPECT_EQ(plan_copy(".", true, {"/to/dst", false, false}).rename("./a"), "dst/a");
    EXPECT_EQ(plan_copy("/", true, {"/to/dst", false, false}).rename("/bin/a"), "dst/bin/a");
    EXPECT_EQ(plan_copy("a", false, {"/to/dst", true, false}).rename("a"), "dst");
    EXPECT_THROW(plan_copy("src", true, {"/file", true, false}), InvalidArgument);
    EXPECT_THROW(plan_copy("a", false, {"/nosuch/", false, false}), InvalidArgument);
}

}  // namespace
}  // namespace dhow::cli
