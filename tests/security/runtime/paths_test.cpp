// Class A: paths, links and races with them.

#include <atomic>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "linux/path.hpp"
#include "support/bundle/bundle.hpp"

namespace dhow::runtime {
namespace {

using test::Bundle;
using testing::HasSubstr;

/// A process that swaps two names for as long as the object lives.
class Swapper {
  public:
    Swapper(std::filesystem::path one, std::filesystem::path other) {
        pid_ = ::fork();
        if (pid_ == 0)
            for (;;) ::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE);
    }
    Swapper(const Swapper&) = delete;
    Swapper& operator=(const Swapper&) = delete;
    ~Swapper() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

  private:
    pid_t pid_;
};

// CVE-2024-45310, CVE-2019-18837
TEST(Paths, FoldersMadeUnderASwapperStayInside) {
    test::TemporaryFolder folder;
    auto root_path = folder.path() / "root", outside = folder.path() / "outside";
    std::filesystem::create_directories(root_path / "folder");
    std::filesystem::create_directories(outside);
    std::filesystem::create_directory_symlink(outside, root_path / "link");
    UniqueFd root(::open(root_path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    {
        Swapper swapper(root_path / "folder", root_path / "link");
        for (int i = 0; i < 100'000; ++i) {
            auto name = "/folder/made" + std::to_string(i % 100);
            int made = i % 2 ? linux::try_make_directories_in_root(root.get(), name.c_str(), 0755)
                             : linux::try_make_file_in_root(root.get(), (name + "f").c_str(), 0644);
            if (made >= 0) ::close(made);
        }
    }
    EXPECT_TRUE(std::filesystem::is_empty(outside));
}

// CVE-2021-30465: the destination of a mount is swapped for a link while containers are made
TEST(Paths, MountsUnderASwapperStayInside) {
    Bundle bundle;
    auto volume = bundle.folder() / "volume", outside = bundle.folder() / "outside";
    std::filesystem::create_directories(volume / "folder");
    std::filesystem::create_directories(outside);
    test::write_file(outside / "sentinel", "host\n");
    std::filesystem::create_directory_symlink("../../../../../../../.." + outside.native(), volume / "link");
    bundle.config.mounts.push_back(
        {.destination = "/volume", .type = "bind", .source = volume, .options = {"rbind"}});
    bundle.config.mounts.push_back(
        {.destination = "/volume/folder/target", .type = "tmpfs", .source = "tmpfs", .options = {}});
    bundle.config.mounts.push_back({.destination = "/volume/folder/bound",
                                    .type = "bind",
                                    .source = bundle.rootfs() / "etc/passwd",
                                    .options = {"rbind"}});
    int made = 0;
    {
        Swapper swapper(volume / "folder", volume / "link");
        for (int i = 0; i < 60; ++i) {
            try {
                auto output = bundle.shell("cat /volume/folder/sentinel /volume/link/sentinel");
                EXPECT_THAT(output.text, testing::Not(HasSubstr("host\n")));
                ++made;
            } catch (const Error&) {
                continue;
            }
        }
    }
    EXPECT_GT(made, 0);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(outside), {}), 1)
        << "something was made outside";
}

// CVE-2023-28642, CVE-2023-27561, CVE-2019-19921, CVE-2025-54867
TEST(Paths, ProcAndSysAreNoLinks) {
    for (const char* name : {"proc", "sys"}) {
        Bundle bundle;
        std::filesystem::create_directories(bundle.rootfs() / "elsewhere");
        std::filesystem::create_directory_symlink("/elsewhere", bundle.rootfs() / name);
        EXPECT_THROW(bundle.shell("true"), SystemError) << name;
        EXPECT_TRUE(bundle.gone());
    }
}

// CVE-2024-21626: the working directory is a descriptor of the host
TEST(Paths, TheWorkingDirectoryIsNoDescriptor) {
    UniqueFd host(::open("/", O_PATH | O_DIRECTORY));
    for (const char* base : {"/proc/self/fd", "/proc/1/fd", "/proc/self/cwd", "/proc/self/root"}) {
        for (int fd = 3; fd < 14; ++fd) {
            Bundle bundle;
            std::string path = base;
            if (path.ends_with("fd")) path += fmt::format("/{}", fd);
            bundle.config.process->cwd = path;
            EXPECT_THROW(bundle.shell("pwd; ls /"), Error) << path;
            EXPECT_TRUE(bundle.gone());
            if (path == base) break;
        }
    }
}

// The same through a link in the image, and by exec
TEST(Paths, ALinkToADescriptorIsNoWorkingDirectoryEither) {
    Bundle bundle;
    std::filesystem::create_symlink("/proc/self/fd/7", bundle.rootfs() / "link");
    auto created = bundle.create("sleep 100");
    created.start();
    for (const char* cwd : {"/link", "/proc/self/fd/7", "/proc/self/fd/8/../.."}) {
        auto process = bundle.process({"pwd"});
        process.cwd = cwd;
        EXPECT_THROW(bundle.exec(process), Error) << cwd;
    }
}

// CVE-2026-55686: a working directory behind a link of the image makes nothing on the host
TEST(Paths, AMissingWorkingDirectoryIsMadeInside) {
    Bundle bundle;
    auto outside = bundle.folder() / "outside";
    std::filesystem::create_directories(outside);
    std::filesystem::create_directory_symlink("../../../../../../" + outside.native(),
                                              bundle.rootfs() / "link");
    bundle.config.process->cwd = "/link/made";
    try {
        bundle.shell("pwd");
    } catch (const Error&) {
        // A refusal is as good.
    }
    EXPECT_TRUE(std::filesystem::is_empty(outside));
}

}  // namespace
}  // namespace dhow::runtime
