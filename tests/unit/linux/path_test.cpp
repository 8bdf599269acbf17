#include "linux/path.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "support/bundle/bundle.hpp"

namespace dhow::linux {
namespace {

class PathInRoot : public testing::Test {
  protected:
    PathInRoot() {
        std::filesystem::create_directories(root_path());
        std::filesystem::create_directories(outside());
        root.reset(::open(root_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    }
    std::filesystem::path root_path() const { return folder.path() / "root"; }
    std::filesystem::path outside() const { return folder.path() / "outside"; }
    bool outside_is_empty() const { return std::filesystem::is_empty(outside()); }

    test::TemporaryFolder folder;
    UniqueFd root;
};

TEST_F(PathInRoot, MakesAllMissingFolders) {
    make_directories_in_root(root.get(), "/a//b/c/", 0700);
    EXPECT_TRUE(std::filesystem::is_directory(root_path() / "a/b/c"));
    make_directories_in_root(root.get(), "/a/b/c", 0700);
}

TEST_F(PathInRoot, DotDotStaysInside) {
    make_directories_in_root(root.get(), "/../../x");
    EXPECT_TRUE(std::filesystem::is_directory(root_path() / "x"));
}

TEST_F(PathInRoot, AbsoluteLinksLeadToTheRootsOwn) {
    std::filesystem::create_directory_symlink("/deep", root_path() / "link");
    std::filesystem::create_directories(root_path() / "deep");
    make_directories_in_root(root.get(), "/link/inside");
    EXPECT_TRUE(std::filesystem::is_directory(root_path() / "deep/inside"));
}

TEST_F(PathInRoot, LinksToTheOutsideLeadNowhere) {
    std::filesystem::create_directory_symlink(outside(), root_path() / "escape");
    EXPECT_THROW(make_file_in_root(root.get(), "/escape/file"), SystemError);
    EXPECT_TRUE(outside_is_empty());
}

TEST_F(PathInRoot, LinksAreRefusedWhenAsked) {
    std::filesystem::create_directories(root_path() / "real");
    std::filesystem::create_directory_symlink("real", root_path() / "proc");
    EXPECT_EQ(try_make_directories_in_root(root.get(), "/proc", 0755, Symlinks::refuse), -ELOOP);
}

TEST_F(PathInRoot, MagicLinksAreRefused) {
    UniqueFd host(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    auto path = fmt::format("/proc/self/fd/{}", host.get());
    EXPECT_EQ(try_open_in_root(host.get(), path.c_str(), O_PATH), -ELOOP);
}

TEST_F(PathInRoot, FindsNothingWithoutAnError) {
    EXPECT_FALSE(find_in_root(root.get(), "/nothing/here", O_PATH));
    EXPECT_TRUE(find_in_root(root.get(), "/", O_PATH));
}

TEST_F(PathInRoot, TooLongNamesAreRefused) {
    EXPECT_EQ(try_make_directories_in_root(root.get(), std::string(300, 'a').c_str(), 0755), -ENAMETOOLONG);
    EXPECT_EQ(try_make_file_in_root(root.get(), std::string(5000, 'a').c_str(), 0755), -ENAMETOOLONG);
}

}  // namespace
}  // namespace dhow::linux
