#include "engine/mount_points.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "support/shell.hpp"

namespace dhow::engine {
namespace {

mode_t mode_of(const std::filesystem::path& path) {
    struct stat info{};
    EXPECT_EQ(::lstat(path.c_str(), &info), 0) << path;
    return info.st_mode;
}

TEST(MountPoints, HasWhatEveryContainerMountsOn) {
    test::ScratchFolder folder;
    make_mount_points_layer(folder.path());
    auto layer = mount_points_layer(folder.path());
    for (const char* name : {"", "dev", "etc", "proc", "sys"})
        EXPECT_EQ(mode_of(layer / name), S_IFDIR | 0755);
    for (const char* name : {".dockerenv", "etc/hosts", "etc/hostname", "etc/resolv.conf"})
        EXPECT_EQ(mode_of(layer / name), S_IFREG | 0755);
    EXPECT_EQ(std::filesystem::read_symlink(layer / "etc/mtab"), "/proc/mounts");
}

TEST(MountPoints, IsMendedAtTheNextStart) {
    test::ScratchFolder folder;
    auto layer = mount_points_layer(folder.path());
    std::filesystem::create_directories(layer / "etc");
    std::filesystem::permissions(layer, std::filesystem::perms::owner_all);
    make_mount_points_layer(folder.path());
    make_mount_points_layer(folder.path());
    EXPECT_EQ(mode_of(layer), S_IFDIR | 0755);
    EXPECT_EQ(mode_of(layer / "etc/hosts"), S_IFREG | 0755);
}

}  // namespace
}  // namespace dhow::engine
