#pragma once
// The container's log file: whole entries appended, rotated by size. It never stops the container: what the
// disk does not take is dropped and counted, and the count is logged once writing works again.
//
// <path> is the newest; <path>.1 is the one before, up to <path>.<files-1>; with `compress` the rotated ones
// have ".gz" behind. A file may exceed the size by its last entry, as docker's do.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/unique_fd.hpp"

namespace dhow::shim {

struct LogLimits {
    std::int64_t max_size = -1;  ///< bytes before rotation; -1: never
    int max_files = 1;           ///< with the newest; 1: the file is emptied when it is full
    bool compress = false;
};

class LogFile {
  public:
    /// Opens (and makes, 0640) the file for appending. @throws SystemError.
    LogFile(std::filesystem::path path, LogLimits limits);

    /// Appends one entry with its newline. Never throws, never blocks but for the disk.
    void append(std::string_view entry) noexcept;

    /// Writes what append() gathered. Called once a batch of entries, so that a batch is one write(2).
    void flush() noexcept;

    /// Entries dropped and not yet reported in the log.
    std::uint64_t dropped() const noexcept { return dropped_; }

  private:
    void rotate();
    void write_out();
    void lose(std::uint64_t entries, int error) noexcept;
    std::string loss_report() const;

    std::filesystem::path path_;
    LogLimits limits_;
    UniqueFd file_;
    std::int64_t size_ = 0;
    std::string batch_;
    std::uint64_t batched_ = 0;
    std::uint64_t dropped_ = 0;
    int error_ = 0;
};

/// Compresses `source` into `target` (gzip) and removes `source`. @throws SystemError, InternalError.
void gzip_file(const std::filesystem::path& source, const std::filesystem::path& target);

}  // namespace dhow::shim
