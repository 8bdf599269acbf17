// Users and groups, read in layers as overlayfs merges them.

#include "bundle/user.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dhow::bundle {
namespace {

namespace fs = std::filesystem;

class Layers : public testing::Test {
  protected:
    Layers() {
        char name[] = "/tmp/dhow-layers-XXXXXX";
        root_ = ::mkdtemp(name);
        for (const char* layer : {"top", "middle", "bottom"}) fs::create_directories(root_ / layer / "etc");
        write("bottom/etc/passwd",
              "root:x:0:0:root:/root:/bin/sh\n"
              "web:x:33:33:web:/srv/www:/bin/false\n"
              "\n# a comment\nbroken:line\n"
              "1234567890123:x:0:0:trap:/root:/bin/sh\n"
              "4294967296:x:0:0:trap:/root:/bin/sh\n");
        write("bottom/etc/group",
              "root:x:0:\nweb:x:33:\naudio:x:29:web,other\nvideo:x:44:web\nwheel:x:10:root\n");
    }
    ~Layers() override { fs::remove_all(root_); }

    void write(const fs::path& path, const std::string& content) {
        fs::create_directories((root_ / path).parent_path());
        std::ofstream(root_ / path) << content;
    }
    RootView view() const { return RootView({root_ / "top", root_ / "middle", root_ / "bottom"}); }
    User resolve(std::string_view user, const std::vector<std::string>& add = {}) {
        return resolve_user(view(), user, add);
    }

    fs::path root_;
};

using Gids = std::vector<std::uint32_t>;

TEST_F(Layers, NoUserIsRootWithItsGroups) {
    auto user = resolve("");
    EXPECT_EQ(user.uid, 0U);
    EXPECT_EQ(user.home, "/root");
    EXPECT_EQ(user.additional_gids, (Gids{0, 10}));
}

TEST_F(Layers, NameHasPrimaryAndSupplementaryGroups) {
    auto user = resolve("web");
    EXPECT_EQ(user.uid, 33U);
    EXPECT_EQ(user.gid, 33U);
    EXPECT_EQ(user.home, "/srv/www");
    EXPECT_EQ(user.additional_gids, (Gids{33, 29, 44}));
}

TEST_F(Layers, ExplicitGroupStandsAlone) {
    auto user = resolve("web:audio", {"video", "7"});
    EXPECT_EQ(user.gid, 29U);
    EXPECT_EQ(user.additional_gids, (Gids{29, 44, 7}));
}

TEST_F(Layers, NumbersNeedNoEntry) {
    auto user = resolve("1000:1001");
    EXPECT_EQ(user.uid, 1000U);
    EXPECT_EQ(user.gid, 1001U);
    EXPECT_EQ(user.home, "/");
    EXPECT_EQ(resolve("33").additional_gids, (Gids{33, 29, 44}));
    EXPECT_EQ(resolve("2147483647").uid, 2147483647U);
}

TEST_F(Layers, NumbersOutOfRangeAreNeverNames) {
    for (const char* user : {"2147483648", "4294967295", "4294967296", "1234567890123", "-1", "+0",
                             "0:4294967296", "99999999999999999999999999"})
        EXPECT_THROW(resolve(user), InvalidArgument) << user;
}

TEST_F(Layers, UnknownNamesAreSaidAsDockerSaysThem) {
    try {
        resolve("nobody");
        FAIL();
    } catch (const InvalidArgument& error) {
        EXPECT_EQ(error.message(), "unable to find user nobody: no matching entries in passwd file");
    }
    EXPECT_THROW(resolve("web:nogroup"), InvalidArgument);
    EXPECT_THROW(resolve("0", {"nogroup"}), InvalidArgument);
}

TEST_F(Layers, UpperFileHidesLowerOne) {
    write("top/etc/passwd", "web:x:7:8::/new:/bin/sh\n");
    EXPECT_EQ(resolve("web").uid, 7U);
    EXPECT_THROW(resolve("root"), InvalidArgument);
}

TEST_F(Layers, WhiteoutHides) {
    ASSERT_EQ(::mknod((root_ / "middle/etc/passwd").c_str(), S_IFCHR, ::makedev(0, 0)), 0);
    EXPECT_FALSE(view().read("/etc/passwd"));
    EXPECT_TRUE(view().read("/etc/group"));
}

TEST_F(Layers, OpaqueDirectoryCutsOff) {
    ASSERT_EQ(::setxattr((root_ / "middle/etc").c_str(), "trusted.overlay.opaque", "y", 1, 0), 0);
    EXPECT_FALSE(view().read("/etc/passwd"));
}

TEST_F(Layers, SymlinksStayInTheMergedRoot) {
    write("bottom/data/passwd", "web:x:55:55::/:/bin/sh\n");
    fs::create_symlink("../../../../../data/passwd", root_ / "top/etc/passwd");
    EXPECT_EQ(resolve("web").uid, 55U);
    fs::remove(root_ / "top/etc/passwd");
    fs::create_symlink("/etc/hostname", root_ / "top/etc/passwd");
    EXPECT_FALSE(view().read("/etc/passwd"));
    fs::remove(root_ / "top/etc/passwd");
    fs::create_symlink("passwd", root_ / "top/etc/passwd");
    EXPECT_THROW(view().read("/etc/passwd"), SystemError);
}

TEST_F(Layers, SymlinkedDirectoryLeadsThroughAllLayers) {
    fs::create_symlink("etc", root_ / "top/settings");
    write("middle/etc/motd", "hello");
    EXPECT_EQ(view().read("/settings/motd"), "hello");
    EXPECT_EQ(view().read("/settings/../etc/./motd"), "hello");
}

TEST_F(Layers, WhatIsNoRegularFileIsNotRead) {
    ASSERT_EQ(::mkfifo((root_ / "top/etc/passwd").c_str(), 0600), 0);
    EXPECT_FALSE(view().read("/etc/passwd"));
    EXPECT_FALSE(view().read("/etc"));
    EXPECT_FALSE(view().read("/etc/group/x"));
    EXPECT_THROW(view().read("/etc/group", 4), InvalidArgument);
}

TEST_F(Layers, OwnProcessHasTheHostsRoot) {
    EXPECT_TRUE(RootView::of_process(::getpid()).read("/etc/passwd"));
}

}  // namespace
}  // namespace dhow::bundle
