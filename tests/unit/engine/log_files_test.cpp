#include "engine/logs/log_files.hpp"

#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "engine/processes.hpp"

namespace dhow::engine {

namespace {

std::string entry(int number) {
    return fmt::format("{{\"log\":\"line {}\\n\",\"stream\":\"{}\",\"time\":\"2026-01-01T00:00:{:02}Z\"}}\n",
                       number, number % 2 ? "stderr" : "stdout", number);
}

class LogFiles : public testing::Test {
  protected:
    LogFiles() {
        char name[] = "/tmp/dhow-log-XXXXXX";
        folder_ = ::mkdtemp(name);
        path_ = folder_ / "x-json.log";
    }
    ~LogFiles() override { std::filesystem::remove_all(folder_); }

    void append(int number) { std::ofstream(path_, std::ios::app) << entry(number); }
    void rotate() {
        if (std::filesystem::exists(path_.string() + ".1"))
            std::filesystem::rename(path_.string() + ".1", path_.string() + ".2");
        std::filesystem::rename(path_, path_.string() + ".1");
    }
    static std::string rest(LogReader& reader) {
        std::string text;
        while (auto found = reader.next()) text += found->text.substr(5, found->text.size() - 6) + " ";
        return text;
    }

    std::filesystem::path folder_, path_;
};

}  // namespace

TEST_F(LogFiles, AreReadOldestFirstOverRotatedAndCompressedOnes) {
    gzFile packed = ::gzopen((path_.string() + ".2.gz").c_str(), "wb");
    ::gzputs(packed, (entry(1) + entry(2)).c_str());
    ::gzclose(packed);
    std::ofstream(path_.string() + ".1") << entry(3);
    append(4);
    LogReader reader(path_, std::nullopt);
    EXPECT_EQ(rest(reader), "1 2 3 4 ");
    LogReader tail(path_, 3);
    EXPECT_EQ(rest(tail), "2 3 4 ");
    LogReader none(path_, 0);
    EXPECT_EQ(rest(none), "");
}

TEST_F(LogFiles, AreFollowedThroughRotationsWithoutAGap) {
    append(1);
    LogReader reader(path_, std::nullopt);
    EXPECT_EQ(rest(reader), "1 ");
    append(2);
    rotate();
    append(3);
    rotate();
    append(4);
    EXPECT_EQ(rest(reader), "2 3 4 ");
    append(5);
    EXPECT_EQ(rest(reader), "5 ");
}

TEST_F(LogFiles, AreFollowedWhileTheNewestIsNotThereYet) {
    append(1);
    LogReader reader(path_, std::nullopt);
    EXPECT_EQ(rest(reader), "1 ");
    append(2);
    rotate();
    EXPECT_EQ(rest(reader), "2 ");
    EXPECT_EQ(rest(reader), "");
    append(3);
    EXPECT_EQ(rest(reader), "3 ");
}

TEST_F(LogFiles, AreReadToTheEndAfterTheyWereRotatedAway) {
    append(1);
    rotate();
    append(2);
    LogReader reader(path_, std::nullopt);
    std::filesystem::remove(path_.string() + ".1");
    rotate();
    append(3);
    EXPECT_EQ(rest(reader), "1 2 3 ");
}

TEST_F(LogFiles, AreNotReadAgainWhenCompressed) {
    append(1);
    append(2);
    LogReader reader(path_, std::nullopt);
    EXPECT_EQ(rest(reader), "1 2 ");
    gzFile packed = ::gzopen((path_.string() + ".1.gz").c_str(), "wb");
    ::gzputs(packed, (entry(1) + entry(2)).c_str());
    ::gzclose(packed);
    std::filesystem::remove(path_);
    append(3);
    EXPECT_EQ(rest(reader), "3 ");
}

TEST_F(LogFiles, KeepTheirOrderWhileAnotherProcessRotates) {
    constexpr int files = 300, lines = 20;
    append(0);
    LogReader reader(path_, std::nullopt);
    std::thread writer([&] {
        for (int file = 0; file < files; ++file) {
            std::string text;
            for (int line = 0; line < lines; ++line)
                text += fmt::format("{{\"log\":\"{}\",\"time\":\"2026-01-01T00:{:02}:{:02}.{:03}Z\"}}\n",
                                    file * lines + line + 1, file / 60, file % 60, line);
            std::ofstream(path_, std::ios::app) << text;
            rotate();
        }
        std::ofstream(path_) << "{\"log\":\"end\",\"time\":\"2026-01-01T01:00:00Z\"}\n";
    });
    int last = 0;
    auto follow = [&] {
        while (auto found = reader.next()) {
            if (found->text == "end") return true;
            if (found->text.starts_with("line")) continue;
            auto number = std::stoi(found->text);
            EXPECT_GT(number, last);
            last = number;
        }
        return false;
    };
    while (!follow()) std::this_thread::yield();
    writer.join();
    EXPECT_EQ(last, files * lines);
}

TEST_F(LogFiles, GoOnWhenTheFileThatWasReadIsCompressedAway) {
    append(1);
    LogReader reader(path_, std::nullopt);
    EXPECT_EQ(rest(reader), "1 ");
    std::filesystem::remove(path_);
    append(2);
    EXPECT_EQ(rest(reader), "2 ");
}

TEST_F(LogFiles, LeaveOutALineThatACrashCut) {
    append(1);
    std::ofstream(path_, std::ios::app) << "{\"log\":\"li";
    LogReader reader(path_, std::nullopt);
    EXPECT_EQ(rest(reader), "1 ");
    std::ofstream(path_, std::ios::app) << "\n" << entry(3);
    EXPECT_EQ(rest(reader), "3 ");
}

TEST(LogEntry, TellsStreamAndTime) {
    auto found = parse_log_entry(entry(7).substr(0, entry(7).size() - 1));
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->err);
    EXPECT_EQ(found->text, "line 7\n");
    EXPECT_EQ(format_timestamp(found->time), "2026-01-01T00:00:07Z");
    EXPECT_FALSE(parse_log_entry("nonsense"));
}

TEST(ProcessTable, KeepsTheRowsOfTheContainerAndWholeCommands) {
    auto table = filter_processes("UID PID CMD\nroot 1 init\nroot 42 sh -c sleep 1\nroot 43 ps\n", {42});
    ASSERT_EQ(table.processes.size(), 1u);
    EXPECT_EQ(table.processes[0], (std::vector<std::string>{"root", "42", "sh -c sleep 1"}));
    EXPECT_THROW(filter_processes("UID CMD\n", {1}), Error);
}

}  // namespace dhow::engine
