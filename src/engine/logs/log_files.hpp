#pragma once
// The files of one log, and reading them line by line in the order they were written. Blocking.

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/unique_fd.hpp"
#include "base/units.hpp"

struct gzFile_s;

namespace dhow::engine {

/// One file of a log, plain or gzip. It stays readable when it is renamed or deleted.
class LogFileReader {
  public:
    /// @param compressed whether it is gzip.
    LogFileReader(UniqueFd file, bool compressed);

    /// The next whole line, without its newline; none when there is no more for now. A plain file that grew
    /// gives more later; one that was emptied is read anew from its start.
    std::optional<std::string> next_line();

    /// The first line that was read; empty before. It tells a file from others when it is compressed, because
    /// a line carries its time.
    const std::string& first_line() const { return first_line_; }

    bool compressed() const { return gzip_ != nullptr; }

    /// Goes back to the start.
    void rewind();

    /// Whether this very file is at `path`, or is the one that `other` reads.
    bool is(const std::filesystem::path& path) const;
    bool is(const LogFileReader& other) const;

  private:
    bool fill();

    struct CloseGzip {
        void operator()(gzFile_s* file) const;
    };
    UniqueFd file_;
    std::unique_ptr<gzFile_s, CloseGzip> gzip_;
    std::uint64_t device_ = 0;
    std::uint64_t inode_ = 0;
    std::string buffer_;
    std::size_t begin_ = 0;
    std::int64_t offset_ = 0;
    std::string first_line_;
    bool any_line_ = false;
};

/// One entry of the json-file format.
struct LogEntry {
    std::string text;
    bool err = false;  ///< of standard error
    Timestamp time;
};

/// Reads an entry; none when the line is no entry (it was cut by a crash).
std::optional<LogEntry> parse_log_entry(const std::string& line);

/// All files of a log as one sequence of lines, also while they are rotated away under it: path.N[.gz] ...
/// path.1[.gz], path.
class LogReader {
  public:
    /// @param tail start so that at most that many lines are left; none: at the beginning.
    LogReader(std::filesystem::path path, std::optional<std::uint64_t> tail);

    /// The next entry; none when there is no more for now.
    std::optional<LogEntry> next();

  private:
    void skip_to_tail(std::uint64_t lines);
    bool move_on();
    bool is_current_or_older(LogFileReader& file);

    std::filesystem::path path_;
    /// The file that is read, and those that follow it; all open, so that no rotation takes them away.
    std::deque<LogFileReader> files_;
    Timestamp last_time_;
    bool drained_ = false;  // the current file was read to its end after it was rotated
};

}  // namespace dhow::engine
