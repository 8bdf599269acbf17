#pragma once
// The files of one log, and reading them line by line in the order they were written. Blocking.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "base/units.hpp"

struct gzFile_s;

namespace dhow::engine {

/// One file of a log, plain or gzip.
class LogFileReader {
  public:
    /// @throws SystemError
    explicit LogFileReader(const std::filesystem::path& path);

    /// The next whole line, without its newline; none when there is no more for now. A plain file that grew
    /// gives more later; one that was emptied is read anew from its start.
    std::optional<std::string> next_line();

    /// Whether `path` is this very file.
    bool is(const std::filesystem::path& path) const;

  private:
    bool fill();

    struct CloseGzip {
        void operator()(gzFile_s* file) const;
    };
    UniqueFd file_;
    std::unique_ptr<gzFile_s, CloseGzip> gzip_;
    std::string buffer_;
    std::size_t begin_ = 0;
    std::int64_t offset_ = 0;
};

/// The files of a log that exist, oldest first: path.N[.gz] ... path.1[.gz], path.
std::vector<std::filesystem::path> log_files(const std::filesystem::path& path);

/// One entry of the json-file format.
struct LogEntry {
    std::string text;
    bool err = false;  ///< of standard error
    Timestamp time;
};

/// Reads an entry; none when the line is no entry (it was cut by a crash).
std::optional<LogEntry> parse_log_entry(const std::string& line);

/// All files of a log as one sequence of lines, also while they are rotated away under it.
class LogReader {
  public:
    /// @param tail start so that at most that many lines are left; none: at the beginning.
    LogReader(std::filesystem::path path, std::optional<std::uint64_t> tail);

    /// The next entry; none when there is no more for now.
    std::optional<LogEntry> next();

  private:
    void start_at_tail(std::uint64_t lines);
    bool move_on();

    std::filesystem::path path_;
    std::optional<LogFileReader> current_;
    Timestamp last_time_;
    bool drained_ = false;  // the current file was read to its end after it was rotated
};

}  // namespace dhow::engine
