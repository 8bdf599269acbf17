#pragma once
// Commands as a test runs them: by bash, with a time limit, their output kept.

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/unique_fd.hpp"
#include "support/host.hpp"

namespace dhow::test {

using namespace std::chrono_literals;

/// How a command ended.
struct Result {
    int status = 0;          ///< 128 + signal for a death by signal, as the shell has it
    std::string out;         ///< standard output
    std::string err;         ///< standard error
    bool timed_out = false;  ///< it was killed at its time limit
    std::string command;     ///< as it was given, for messages

    /// Output without the newlines at its end.
    std::string text() const;
};

/// For the message of an assertion.
std::string describe(const Result& result);

/// Throws InternalError with all of the result, unless its status is 0.
const Result& expect_success(const Result& result);

/// A command that is yet to run: `run(sh("docker ps").on(host).within(5s))`.
struct Command {
    std::vector<std::string> argv;
    std::string input;                                 ///< its standard input
    std::map<std::string, std::string> environment{};  ///< added to the test's own
    std::filesystem::path folder{};                    ///< empty: the test's own
    int network = -1;                                  ///< a namespace to enter, not owned
    std::chrono::milliseconds limit = 60s;

    Command& on(const Host& host);
    Command& within(std::chrono::milliseconds time);
    Command& with(std::string name, std::string value);
    Command& feed(std::string text);
};

/// A line for bash.
Command sh(std::string line);

/// A program and its arguments, with no shell between.
Command program(std::vector<std::string> argv);

/// Runs to its end. At the time limit its whole process group is killed.
Result run(const Command& command);

/// A process beside the test, in a process group of its own; killed (SIGKILL, the whole group) when this
/// goes.
class Process {
  public:
    /// Output goes to the files named, appended; an empty name is /dev/null.
    Process(const Command& command, const std::filesystem::path& out, const std::filesystem::path& err);
    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;
    ~Process();

    pid_t pid() const noexcept { return pid_; }
    void signal(int number) const;

    /// Waits up to `limit`; its status as in Result, or none if it still runs.
    std::optional<int> wait(std::chrono::milliseconds limit);

  private:
    pid_t pid_ = -1;
    std::optional<int> status_;
};

/// Tries `condition` every 10 ms until it is true or the time is over; its last answer.
bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit = 10s);

/// A folder with a unique name below /var/tmp, removed with all that is in it.
class ScratchFolder {
  public:
    ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    ~ScratchFolder();
    const std::filesystem::path& path() const noexcept { return path_; }

  private:
    std::filesystem::path path_;
};

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view text);
std::vector<std::string> lines_of(std::string_view text);

}  // namespace dhow::test
