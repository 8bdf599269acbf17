// The json-file log: the format byte for byte, long lines, rotation, and a disk that is full.

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>
#include <zlib.h>

#include "base/error.hpp"
#include "shim/server/json_line.hpp"
#include "shim/server/line_splitter.hpp"

namespace dhow::shim {
namespace {

namespace fs = std::filesystem;

std::string line(std::string_view text, bool newline = true) {
    std::string out;
    append_json_line(out, text, newline, "stdout", "T");
    return out;
}

TEST(ShimJsonLine, IsDockers) {
    EXPECT_EQ(line("hello"), "{\"log\":\"hello\\n\",\"stream\":\"stdout\",\"time\":\"T\"}\n");
    EXPECT_EQ(line("", true), "{\"log\":\"\\n\",\"stream\":\"stdout\",\"time\":\"T\"}\n");
    EXPECT_EQ(line("part", false), "{\"log\":\"part\",\"stream\":\"stdout\",\"time\":\"T\"}\n");
}

TEST(ShimJsonLine, EscapesAsDockerDoes) {
    std::string out;
    append_json_string(out, std::string_view("a\"b\\c\td\re\x1b[0m<>&\0\x7f", 18));
    EXPECT_EQ(out, "\"a\\\"b\\\\c\\u0009d\\re\\u001b[0m\\u003c\\u003e\\u0026\\u0000\x7f\"");
    out.clear();
    append_json_string(out, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xe2\x80\xa8\xe2\x80\xa9");
    EXPECT_EQ(out, "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\\u2028\\u2029\"");
}

TEST(ShimJsonLine, ReplacesWhatIsNoUtf8) {
    const std::pair<std::string, std::string> cases[] = {
        {"\xff", "\\ufffd"},
        {"a\xc3", "a\\ufffd"},
        {"\xc0\xaf", "\\ufffd\\ufffd"},                        // overlong
        {"\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd"},             // a surrogate
        {"\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd"},  // beyond U+10FFFF
        {"\xe2\x82z", "\\ufffd\\ufffdz"},
    };
    for (const auto& [bytes, escaped] : cases) {
        std::string out;
        append_json_string(out, bytes);
        EXPECT_EQ(out, "\"" + escaped + "\"");
    }
}

class ShimLog : public testing::Test {
  protected:
    ShimLog() {
        char name[] = "/tmp/dhow-log-XXXXXX";
        directory_ = ::mkdtemp(name);
        path_ = directory_ / "c-json.log";
    }
    ~ShimLog() override {
        ::umount2(directory_.c_str(), MNT_DETACH);
        fs::remove_all(directory_);
    }

    static std::string read(const fs::path& path) {
        std::ifstream file(path);
        std::stringstream text;
        text << file.rdbuf();
        return text.str();
    }

    /// The texts of the entries, a newline shown as "$".
    std::vector<std::string> texts() {
        std::vector<std::string> result;
        std::istringstream lines(read(path_));
        static const std::regex entry(
            R"re(^\{"log":"(.*)","stream":"(stdout|stderr)","time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z"\}$)re");
        for (std::string text; std::getline(lines, text);) {
            std::smatch match;
            if (text.size() > 20000) {
                result.push_back(fmt::format("{} bytes", text.find("\",\"stream") - 8));
                continue;
            }
            EXPECT_TRUE(std::regex_match(text, match, entry)) << text;
            auto log = match[1].str();
            if (log.ends_with("\\n")) log.replace(log.size() - 2, 2, "$");
            result.push_back(log.size() > 100 ? fmt::format("{} bytes", log.size()) : log);
        }
        return result;
    }

    fs::path directory_, path_;
};

using Texts = std::vector<std::string>;

TEST_F(ShimLog, LinesAreEntries) {
    LogFile log(path_, {});
    LineSplitter out(log, "stdout");
    out.feed("one\ntwo");
    EXPECT_EQ(texts(), (Texts{"one$"}));
    out.feed(" more\n\nthree");
    out.finish();
    EXPECT_EQ(texts(), (Texts{"one$", "two more$", "$", "three"}));
}

TEST_F(ShimLog, LongLinesAreCutAt16KiB) {
    LogFile log(path_, {});
    LineSplitter out(log, "stdout");
    out.feed(std::string(40000, 'x') + "\n");
    EXPECT_EQ(texts(), (Texts{"16384 bytes", "16384 bytes", "7233 bytes"}));
    out.feed(std::string(16384, 'y'));
    out.feed("\n");
    out.feed(std::string(10000, 'z'));
    out.feed(std::string(10000, 'z') + "\nend\n");
    auto all = texts();
    EXPECT_EQ(Texts(all.begin() + 3, all.end()),
              (Texts{"16384 bytes", "$", "16384 bytes", "3617 bytes", "end$"}));
}

TEST_F(ShimLog, RotatesBySize) {
    LogFile log(path_, {.max_size = 1000, .max_files = 3});
    std::string entry = line(std::string(80, 'a'));
    for (int i = 0; i < 40; ++i) {
        log.append(entry);
        log.flush();
    }
    EXPECT_TRUE(fs::exists(path_));
    EXPECT_TRUE(fs::exists(path_.string() + ".1"));
    EXPECT_TRUE(fs::exists(path_.string() + ".2"));
    EXPECT_FALSE(fs::exists(path_.string() + ".3"));
    EXPECT_GE(fs::file_size(path_.string() + ".1"), 1000U);
    EXPECT_LT(fs::file_size(path_.string() + ".1"), 1000U + entry.size());
    EXPECT_EQ(log.dropped(), 0U);
}

TEST_F(ShimLog, BatchesRotateToo) {
    LogFile log(path_, {.max_size = 1000, .max_files = 2});
    std::string entry = line(std::string(80, 'a'));
    for (int i = 0; i < 100; ++i) log.append(entry);
    log.flush();
    EXPECT_LT(fs::file_size(path_), 1000U + entry.size());
    EXPECT_LT(fs::file_size(path_.string() + ".1"), 1000U + entry.size());
}

TEST_F(ShimLog, OneFileIsEmptied) {
    LogFile log(path_, {.max_size = 500, .max_files = 1});
    for (int i = 0; i < 100; ++i) log.append(line("text"));
    log.flush();
    EXPECT_LT(fs::file_size(path_), 600U);
    EXPECT_FALSE(fs::exists(path_.string() + ".1"));
}

TEST_F(ShimLog, CompressesWhatItRotates) {
    LogFile log(path_, {.max_size = 2000, .max_files = 3, .compress = true});
    for (int i = 0; i < 100; ++i) log.append(line(fmt::format("entry {}", i)));
    log.flush();
    EXPECT_FALSE(fs::exists(path_.string() + ".1"));
    gzFile file = ::gzopen((path_.string() + ".1.gz").c_str(), "rb");
    ASSERT_TRUE(file);
    char start[8] = {};
    EXPECT_EQ(::gzread(file, start, 7), 7);
    EXPECT_STREQ(start, "{\"log\":");
    ::gzclose(file);
}

TEST_F(ShimLog, AppendsToWhatIsThere) {
    {
        LogFile log(path_, {.max_size = 1000, .max_files = 2});
        log.append(line("old"));
        log.flush();
    }
    LogFile log(path_, {.max_size = 1000, .max_files = 2});
    log.append(line("new"));
    log.flush();
    EXPECT_EQ(read(path_), line("old") + line("new"));
}

TEST_F(ShimLog, FullDiskDropsAndCounts) {
    ASSERT_EQ(::mount("none", directory_.c_str(), "tmpfs", 0, "size=64k"), 0);
    LogFile log(path_, {});
    LineSplitter out(log, "stdout");
    for (int i = 0; i < 200; ++i) out.feed(std::string(1000, 'x') + "\n");
    EXPECT_GT(log.dropped(), 100U);
    for (const auto& text : texts()) EXPECT_EQ(text, "1001 bytes");
    ASSERT_EQ(::mount("none", directory_.c_str(), "tmpfs", MS_REMOUNT, "size=1m"), 0);
    out.feed("again\n");
    auto all = texts();
    EXPECT_EQ(log.dropped(), 0U);
    EXPECT_EQ(all.back(), "again$");
    EXPECT_TRUE(read(path_).find("lines of this log are lost: no space left on device") != std::string::npos);
}

TEST_F(ShimLog, SurvivesThatSomebodyDeletedIt) {
    LogFile log(path_, {.max_size = 200, .max_files = 2});
    for (int i = 0; i < 4; ++i) log.append(line("before"));
    log.flush();
    fs::remove(path_);
    for (int i = 0; i < 4; ++i) log.append(line("after"));
    log.flush();
    EXPECT_EQ(log.dropped(), 0U);
    EXPECT_TRUE(fs::exists(path_));
}

}  // namespace
}  // namespace dhow::shim
