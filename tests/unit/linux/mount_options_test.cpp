// Words of mount(8).

#include "linux/mount_options.hpp"

#include <gtest/gtest.h>

namespace dhow::linux {
namespace {

TEST(MountOptions, AreSortedByWhoUnderstandsThem) {
    auto options = parse_mount_options({"rbind", "ro", "nosuid", "rslave", "rnoexec", "size=1m", "huge"});
    EXPECT_TRUE(options.bind && options.bind_recursive);
    EXPECT_EQ(options.attributes.set, std::uint64_t{MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID});
    EXPECT_EQ(options.recursive.set, std::uint64_t{MOUNT_ATTR_NOEXEC});
    EXPECT_EQ(options.propagation, std::uint64_t{MS_SLAVE});
    ASSERT_EQ(options.filesystem.size(), 2U);
    EXPECT_EQ(options.filesystem[0].value, "1m");
    EXPECT_TRUE(options.filesystem[1].flag);
}

TEST(MountOptions, TheLastWordHolds) {
    EXPECT_EQ(parse_mount_options({"ro", "rw"}).attributes.set, 0U);
    EXPECT_EQ(parse_mount_options({"rw", "ro"}).attributes.set, std::uint64_t{MOUNT_ATTR_RDONLY});
}

}  // namespace
}  // namespace dhow::linux
