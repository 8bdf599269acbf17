#include "linux/mount.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.hpp"
#include "linux/executable.hpp"
#include "linux/path.hpp"
#include "linux/pidfd.hpp"
#include "linux/spawn.hpp"
#include "support/bundle/bundle.hpp"

namespace dhow::linux {
namespace {

class OverlayMount : public testing::Test {
  protected:
    Overlay overlay_of(int layers) {
        Overlay overlay;
        for (int i = 0; i < layers; ++i) {
            auto layer = folder.path() / fmt::format("layer{}", i);
            std::filesystem::create_directories(layer);
            test::write_file(layer / fmt::format("file{}", i), std::to_string(i));
            test::write_file(layer / "shared", std::to_string(i));
            overlay.lower.push_back(layer);
        }
        overlay.upper = folder.path() / "upper";
        overlay.work = folder.path() / "work";
        std::filesystem::create_directories(overlay.upper);
        std::filesystem::create_directories(overlay.work);
        return overlay;
    }
    static std::string content(int mount, const char* path) {
        auto file = open_in_root(mount, path, O_RDONLY);
        return test::read_all(file.get());
    }
    test::TemporaryFolder folder;
};

TEST_F(OverlayMount, HoldsMoreLayersThanAPageOfParametersWould) {
    UniqueFd mount(new_overlay(overlay_of(150)));
    EXPECT_EQ(content(mount.get(), "shared"), "0");
    for (int i = 0; i < 150; ++i)
        EXPECT_EQ(content(mount.get(), fmt::format("file{}", i).c_str()), std::to_string(i));
}

TEST_F(OverlayMount, WritesGoToTheUpperFolder) {
    auto overlay = overlay_of(2);
    {
        UniqueFd mount(new_overlay(overlay));
        make_file_in_root(mount.get(), "/new/file");
    }
    EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(overlay.upper) / "new/file"));
}

TEST_F(OverlayMount, LongAndOddNamesOfFoldersWork) {
    auto overlay = overlay_of(1);
    auto odd = folder.path() / (std::string(200, 'x') + ",y:z");
    auto deep = odd / std::string(100, 'w');
    std::filesystem::create_directories(deep);
    test::write_file(deep / "odd", "odd");
    overlay.lower.push_back(deep);
    UniqueFd mount(new_overlay(overlay));
    EXPECT_EQ(content(mount.get(), "odd"), "odd");
}

TEST_F(OverlayMount, FailureNamesTheReason) {
    auto overlay = overlay_of(1);
    overlay.lower.push_back(folder.path() / "missing");
    try {
        new_overlay(overlay);
        FAIL() << "mounted a missing layer";
    } catch (const SystemError& error) {
        EXPECT_TRUE(error.message().starts_with("mount overlay")) << error.message();
    }
}

TEST(ProtectedExecutable, CannotBeOpenedForWriting) {
    // One of the test's own: what runs anywhere cannot be opened for writing for another reason.
    test::TemporaryFolder folder;
    auto copy = folder.path() / "busybox";
    std::filesystem::copy_file("/bin/busybox", copy);
    auto program = protect_executable(copy);
    auto child = spawn(
        {.program = fmt::format("/proc/{}/fd/{}", ::getpid(), program.get()), .args = {"sleep", "100"}});
    auto path = fmt::format("/proc/{}/exe", child.pid);
    UniqueFd opened(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    int error = errno;
    pidfd_send_signal(child.pidfd.get(), SIGKILL);
    pidfd_reap(child.pidfd.get());
    EXPECT_FALSE(opened);
    EXPECT_TRUE(error == EROFS || error == ETXTBSY) << errno_text(error);
    // When nothing executes it any more, only the mount protects it.
    auto again = fmt::format("/proc/self/fd/{}", program.get());
    EXPECT_LT(::open(again.c_str(), O_WRONLY | O_CLOEXEC), 0);
    EXPECT_EQ(errno, EROFS);
}

}  // namespace
}  // namespace dhow::linux
