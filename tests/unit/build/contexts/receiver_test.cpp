#include "build/contexts/receiver.hpp"

#include <filesystem>
#include <fstream>
#include <limits>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dhow::build {
namespace {

namespace fs = std::filesystem;

/// A folder to receive into, with one beside it that must stay as it is.
class Receiving : public testing::Test {
  protected:
    void SetUp() override {
        char name[] = "/tmp/receiver-XXXXXX";
        top = ::mkdtemp(name);
        fs::create_directories(folder());
        fs::create_directories(top / "outside");
        std::ofstream(top / "outside" / "secret") << "untouched";
        renew();
    }
    void TearDown() override {
        std::ifstream in(top / "outside" / "secret");
        std::string text;
        std::getline(in, text);
        EXPECT_EQ(text, "untouched");
        EXPECT_EQ(std::distance(fs::directory_iterator(top / "outside"), {}), 1);
        fs::remove_all(top);
    }

    fs::path folder() const { return top / "folder"; }
    void renew() {
        receiver.reset();
        receiver = std::make_unique<Receiver>(folder(), top / "index");
        count = 0;
    }
    static SentFile entry(const std::string& path, std::uint32_t mode, const std::string& link = "") {
        SentFile file;
        file.path = path;
        file.mode = (mode & S_IFMT) == 0 ? S_IFREG | mode : mode;
        (S_ISREG(file.mode) ? file.same_as : file.link) = link;
        file.time = 1'500'000'000'123'456'789;
        return file;
    }
    bool describe(const SentFile& file) {
        ++count;
        return receiver->describe(file);
    }
    void send(const std::string& path, const std::string& content, std::uint32_t mode = 0644) {
        send(entry(path, mode), content);
    }
    void send(SentFile file, const std::string& content) {
        file.size = static_cast<std::int64_t>(content.size());
        auto number = count;
        ASSERT_TRUE(describe(file));
        receive(number, content);
        receiver->complete(number);
    }
    void receive(std::uint32_t number, const std::string& content) {
        receiver->receive(number, store::as_bytes(content));
    }
    std::shared_ptr<const files::KnownContents> end() {
        receiver->described_all();
        EXPECT_TRUE(receiver->is_complete());
        return receiver->finish();
    }
    std::string read(const std::string& path) const {
        std::ifstream in(folder() / path);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    fs::path top;
    std::unique_ptr<Receiver> receiver;
    std::uint32_t count = 0;
};

TEST_F(Receiving, files_folders_links_modes_and_times) {
    describe(entry("dir", S_IFDIR | S_ISVTX | 0755));
    send("dir/file", "content", S_ISUID | 0751);
    describe(entry("dir/link", S_IFLNK | 0777, "/etc/passwd"));
    describe(entry("same", 0751, "dir/file"));
    end();
    EXPECT_EQ(read("same"), "content");
    struct stat status{};
    ASSERT_EQ(::stat((folder() / "dir/file").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 04751U);
    EXPECT_EQ(status.st_nlink, 2U);
    EXPECT_EQ(status.st_mtim.tv_sec, 1'500'000'000);
    EXPECT_EQ(status.st_mtim.tv_nsec, 123'456'789);
    ASSERT_EQ(::stat((folder() / "dir").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 01755U);
    EXPECT_EQ(status.st_mtim.tv_sec, 1'500'000'000);
    EXPECT_EQ(fs::read_symlink(folder() / "dir/link"), "/etc/passwd");
}

TEST_F(Receiving, what_is_here_already_is_not_asked_for_and_the_rest_goes) {
    describe(entry("dir", S_IFDIR | 0755));
    send("dir/same", "1");
    send("dir/other", "22");
    send("gone", "3");
    end();
    renew();
    describe(entry("dir", S_IFDIR | 0755));
    auto same = entry("dir/same", 0644);
    same.size = 1;
    EXPECT_FALSE(describe(same));
    send("dir/other", "333");
    end();
    EXPECT_EQ(read("dir/same"), "1");
    EXPECT_EQ(read("dir/other"), "333");
    EXPECT_FALSE(fs::exists(folder() / "gone"));
}

TEST_F(Receiving, a_file_that_did_not_come_whole_is_asked_for_again) {
    auto stat = entry("file", 0644);
    stat.size = 4;
    ASSERT_TRUE(describe(stat));
    receive(0, "half");
    renew();
    EXPECT_TRUE(describe(stat));
}

TEST_F(Receiving, names_that_lead_elsewhere_are_refused) {
    using namespace std::string_literals;
    for (const auto& path : {"../x"s, ".."s, "/etc/x"s, "a/../../x"s, "a/.."s, "."s, "./a"s, ""s, "a//b"s,
                             "a/"s, "a\0b"s, "a/./b"s})
        EXPECT_THROW(describe(entry(path, 0644)), InvalidArgument) << path;
}

TEST_F(Receiving, nothing_is_written_through_a_link) {
    describe(entry("link", S_IFLNK | 0777, "../outside"));
    EXPECT_THROW(describe(entry("link/x", 0644)), InvalidArgument);
    EXPECT_THROW(describe(entry("link/dir", S_IFDIR | 0755)), InvalidArgument);
    EXPECT_THROW(describe(entry("link/secret", S_IFLNK | 0777, "x")), InvalidArgument);
}

TEST_F(Receiving, nothing_is_removed_or_kept_through_a_link_of_an_earlier_time) {
    fs::create_directory_symlink("../outside", folder() / "dir");
    fs::create_symlink("../outside/secret", folder() / "file");
    fs::create_directory_symlink("../outside", folder() / "other");
    receiver.reset();
    fs::remove(top / "index");
    renew();
    describe(entry("dir", S_IFDIR | 0755));
    send("file", "mine");
    end();
    EXPECT_FALSE(fs::is_symlink(folder() / "dir"));
    EXPECT_FALSE(fs::is_symlink(folder() / "file"));
    EXPECT_FALSE(fs::exists(folder() / "other"));
}

TEST_F(Receiving, a_file_replaced_by_a_link_before_its_content_comes_is_not_followed) {
    ASSERT_TRUE(describe(entry("file", 0644)));
    fs::remove(folder() / "file");
    fs::create_symlink("../outside/secret", folder() / "file");
    EXPECT_THROW(receive(0, "x"), Error);
}

TEST_F(Receiving, a_hard_link_leads_only_to_what_was_sent) {
    fs::create_symlink("../outside/secret", folder() / "old");
    for (const char* target : {"../outside/secret", "/etc/passwd", "old", "nothing"})
        EXPECT_THROW(describe(entry(std::string("link-") + target[0], 0644, target)), InvalidArgument)
            << target;
}

TEST_F(Receiving, devices_and_sockets_are_refused) {
    EXPECT_THROW(describe(entry("disk", S_IFBLK | 0600)), Forbidden);
    EXPECT_THROW(describe(entry("tty", S_IFCHR | 0600)), Forbidden);
    EXPECT_THROW(describe(entry("socket", S_IFSOCK | 0600)), Forbidden);
}

TEST_F(Receiving, content_that_was_not_asked_for_is_refused) {
    EXPECT_THROW(receive(0, "x"), InvalidArgument);
    send("file", "x");
    EXPECT_THROW(receive(0, "again"), InvalidArgument);
    EXPECT_THROW(describe(entry("file", 0644)), InvalidArgument);
}

TEST_F(Receiving, attributes_of_overlayfs_and_of_others_do_not_come_from_outside) {
    auto stat = entry("file", 0644);
    stat.attributes["trusted.overlay.opaque"] = "y";
    stat.attributes["user.overlay.opaque"] = "y";
    ASSERT_TRUE(describe(stat));
    receiver->complete(0);
    end();
    char names[256];
    auto size = ::listxattr((folder() / "file").c_str(), names, sizeof names);
    std::string list(names, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    EXPECT_EQ(list.find("overlay"), list.npos);
}

TEST_F(Receiving, a_file_of_the_same_size_and_time_is_another_one_when_its_client_says_so) {
    auto file = entry("file", 0644);
    file.identity = FileIdentity{7, 1000, true};
    send(file, "one");
    end();
    renew();
    file.size = 3;
    EXPECT_FALSE(describe(file));
    end();
    renew();
    file.identity->changed = 1001;
    send(file, "two");
    end();
    EXPECT_EQ(read("file"), "two");
    renew();
    file.identity->inode = 8;
    EXPECT_TRUE(describe(file));
}

TEST_F(Receiving, a_file_that_changed_just_before_it_was_described_is_not_trusted_the_next_time) {
    auto file = entry("file", 0644);
    file.identity = FileIdentity{7, 1000, false};
    send(file, "one");
    end();
    renew();
    file.size = 3;
    file.identity->settled = true;
    EXPECT_TRUE(describe(file));
}

TEST_F(Receiving, contents_are_known_without_reading_until_a_copy_is_changed) {
    auto digest_of = [&](const files::KnownContents& contents) {
        struct stat status{};
        EXPECT_EQ(::stat((folder() / "file").c_str(), &status), 0);
        const auto* digest = contents.find(status);
        return digest ? *digest : "";
    };
    send("file", "abc");
    auto contents = end();
    constexpr auto of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    EXPECT_EQ(digest_of(*contents), of_abc);
    renew();
    auto file = entry("file", 0644);
    file.size = 3;
    EXPECT_FALSE(describe(file));
    contents = end();
    EXPECT_EQ(digest_of(*contents), of_abc);
    // The same size, and the same time: its ctime tells.
    std::ofstream(folder() / "file") << "xyz";
    timespec times[2] = {{1'500'000'000, 123'456'789}, {1'500'000'000, 123'456'789}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (folder() / "file").c_str(), times, 0), 0);
    EXPECT_EQ(digest_of(*contents), "");
    renew();
    EXPECT_TRUE(describe(file));
}

TEST_F(Receiving, what_came_whole_before_a_failure_is_kept_and_nothing_else) {
    describe(entry("dir", S_IFDIR | 0755));
    send("dir/whole", "1");
    auto half = entry("dir/half", 0644);
    half.size = 4;
    ASSERT_TRUE(describe(half));
    receive(2, "ha");
    renew();
    EXPECT_FALSE(fs::exists(folder() / "dir/half"));
    describe(entry("dir", S_IFDIR | 0755));
    auto whole = entry("dir/whole", 0644);
    whole.size = 1;
    EXPECT_FALSE(describe(whole));
    EXPECT_TRUE(describe(half));
}

TEST_F(Receiving, an_index_that_is_damaged_or_of_another_boot_says_nothing) {
    auto index = top / "index";
    for (auto damage : {+[](std::string& text) { text.resize(text.size() - 1); },
                        +[](std::string& text) { text += 'x'; }, +[](std::string& text) { text.clear(); },
                        // The boot's id stands behind the version and its own length.
                        +[](std::string& text) { text[8] = text[8] == 'a' ? 'b' : 'a'; },
                        +[](std::string& text) { std::fill(text.begin() + 45, text.end(), '\xff'); }}) {
        send("file", "content");
        end();
        std::ifstream in(index, std::ios::binary);
        std::string text{std::istreambuf_iterator<char>(in), {}};
        ASSERT_GT(text.size(), 60U);
        damage(text);
        receiver.reset();
        std::ofstream(index, std::ios::binary) << text;
        renew();
        EXPECT_TRUE(fs::is_empty(folder()));
    }
}

TEST_F(Receiving, a_file_becomes_a_folder_and_a_folder_a_link) {
    send("one", "1");
    describe(entry("two", S_IFDIR | 0755));
    send("two/inner", "2");
    end();
    renew();
    describe(entry("one", S_IFDIR | 0750));
    send("one/inner", "3");
    describe(entry("two", S_IFLNK | 0777, "one"));
    end();
    EXPECT_EQ(read("one/inner"), "3");
    EXPECT_TRUE(fs::is_symlink(folder() / "two"));
    // A folder that is there no more holds nothing.
    renew();
    EXPECT_THROW(describe(entry("one/inner", 0644)), InvalidArgument);
}

TEST_F(Receiving, a_mode_alone_makes_another_file) {
    send("file", "1");
    end();
    renew();
    auto file = entry("file", 0755);
    file.size = 1;
    EXPECT_TRUE(describe(file));
}

TEST_F(Receiving, times_before_1970_and_of_no_clock_at_all_are_times) {
    auto file = entry("file", 0644);
    file.time = -1;
    send(file, "1");
    for (auto time : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
        auto other = entry(std::to_string(time), 0644);
        other.time = time;
        send(other, "2");
    }
    end();
    struct stat status{};
    ASSERT_EQ(::stat((folder() / "file").c_str(), &status), 0);
    EXPECT_EQ(status.st_mtim.tv_sec, -1);
    EXPECT_EQ(status.st_mtim.tv_nsec, 999'999'999);
}

}  // namespace
}  // namespace dhow::build
