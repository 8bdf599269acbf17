#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "build/files/tree.hpp"

namespace dhow::build::files {
namespace {

namespace fs = std::filesystem;

/// A tree of many folders, and where it is copied to.
class CopyOfATree : public testing::TestWithParam<std::size_t> {
  protected:
    void SetUp() override {
        char name[] = "/tmp/copy-XXXXXX";
        top = ::mkdtemp(name);
        fs::create_directories(top / "to");
        for (int i = 0; i < 300; ++i) {
            auto folder = top / "from" / std::to_string(i % 20) / std::to_string(i);
            fs::create_directories(folder);
            std::ofstream(folder / "file") << i;
            fs::create_symlink("file", folder / "link");
            timespec times[2] = {{1'500'000'000, 7}, {1'500'000'000, 7}};
            ::utimensat(AT_FDCWD, (folder / "file").c_str(), times, 0);
            ::utimensat(AT_FDCWD, folder.c_str(), times, 0);
            ::chmod((folder / "file").c_str(), static_cast<mode_t>(i % 2 == 0 ? 04751 : 0666));
        }
        options.threads = GetParam();
    }
    void TearDown() override { fs::remove_all(top); }

    static UniqueFd open_folder(const fs::path& path) {
        return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    void copy() {
        copy_source(open_folder(top / "from").get(), {".", true}, open_folder(top / "to").get(), "/", options,
                    stop);
    }
    /// What a key sees of a tree.
    std::string digest(const char* name) const {
        store::Sha256 hash;
        hash_source(open_folder(top / name).get(), {".", true}, {}, true, nullptr, hash, stop);
        return hash.finish().text();
    }

    fs::path top;
    CopyOptions options;
    Cancellation stop;
};

INSTANTIATE_TEST_SUITE_P(By, CopyOfATree, testing::Values(1, 4),
                         [](const auto& threads) { return std::to_string(threads.param) + "_threads"; });

TEST_P(CopyOfATree, is_the_same_with_its_modes_and_times) {
    copy();
    EXPECT_EQ(digest("to"), digest("from"));
    for (const auto& entry : fs::recursive_directory_iterator(top / "from")) {
        if (entry.is_symlink() ||
            fs::relative(entry.path(), top / "from").native().find('/') == std::string::npos)
            continue;
        struct stat status;
        ASSERT_EQ(::stat((top / "to" / fs::relative(entry.path(), top / "from")).c_str(), &status), 0);
        EXPECT_EQ(status.st_mtim.tv_sec, 1'500'000'000) << entry.path();
        EXPECT_EQ(status.st_mtim.tv_nsec, 7) << entry.path();
    }
}

TEST_P(CopyOfATree, replaces_what_is_in_the_way) {
    fs::create_directories(top / "to/0/0/file/inner");
    std::ofstream(top / "to/1") << "a file";
    std::ofstream(top / "to/0/0/link") << "another";
    copy();
    EXPECT_EQ(digest("to"), digest("from"));
}

TEST_P(CopyOfATree, keeps_names_of_one_file_together) {
    for (int i = 0; i < 20; ++i)
        fs::create_hard_link(top / "from/0/0/file", top / "from" / std::to_string(i) / "same");
    copy();
    struct stat one, other;
    ASSERT_EQ(::stat((top / "to/0/0/file").c_str(), &one), 0);
    ASSERT_EQ(::stat((top / "to/19/same").c_str(), &other), 0);
    EXPECT_EQ(one.st_ino, other.st_ino);
    EXPECT_EQ(one.st_nlink, 21U);
}

TEST_P(CopyOfATree, a_failure_of_any_part_is_one_of_the_whole) {
    stop.request();
    EXPECT_THROW(copy(), Unavailable);
    Cancellation again;
    fs::remove_all(top / "to");
    EXPECT_THROW(copy_source(open_folder(top / "from").get(), {".", true},
                             open_folder(top / "from/0/0").get(), "file/x", options, again),
                 Error);
}

}  // namespace
}  // namespace dhow::build::files
