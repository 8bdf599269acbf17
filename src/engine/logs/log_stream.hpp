#pragma once
// Reading a container's log: json-file documents, one a line, over its rotated files, oldest first.
//
// Following needs no polling: inotify tells of writes and of the rotation. A rotated file is read to its end
// through the descriptor that is already open, so that no line is lost; a truncated last line (a crash) is
// left out. Source: docker's json-file format {"log":"...","stream":"stdout","time":"RFC 3339"}.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/async/task.hpp"
#include "base/units.hpp"

namespace dhow::engine {

struct LogsQuery {
    bool out = true;
    bool err = true;
    bool follow = false;
    bool timestamps = false;
    bool details = false;  ///< dhow keeps no attributes: docker then puts a space in front of a line
    std::optional<Timestamp> since;
    std::optional<Timestamp> until;
    std::optional<std::uint64_t> tail;  ///< the last lines; none: all
};

/// A log being read. Lives on the loop thread; reads on the pool.
class LogStream {
  public:
    virtual ~LogStream() = default;

    /// The next bytes of the Engine API's stream: text for a terminal's container, else docker's frames.
    /// Up to about 64 KiB at a time. None at the end of the log; when following: when the container is over
    /// and its log is read, or close() was called.
    virtual Task<std::optional<std::string>> next() = 0;

    /// Ends the stream: a pending next() gives none.
    virtual void close() = 0;

    /// Looks again whether the container is over.
    virtual void wake() = 0;

    /// Whether the container has a terminal, so that the stream is plain text without frames.
    virtual bool tty() const = 0;
};

/// @param path the newest file; rotated ones are path.1, path.2, ... and may end in .gz.
/// @param ended says whether the container has stopped writing; asked after each time nothing was left.
std::shared_ptr<LogStream> open_log(asio::any_io_executor executor, BlockingPool& pool,
                                    std::filesystem::path path, LogsQuery query, bool tty,
                                    std::function<bool()> ended);

}  // namespace dhow::engine
