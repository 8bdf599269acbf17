#pragma once
// A stream of output becomes entries of the log, line by line.

#include <string>
#include <string_view>

#include "shim/server/log_file.hpp"

namespace dhow::shim {

/// Splits at newlines; a line of more than 16 KiB is cut there into entries of which only the last has the
/// newline, as docker does it. What has no newline yet waits for more.
class LineSplitter {
  public:
    static constexpr std::size_t max_line = 16 << 10;

    /// @param stream "stdout" or "stderr".
    LineSplitter(LogFile& log, std::string_view stream) : log_(log), stream_(stream) {}

    /// Takes output as it came; ends with a flush of the log.
    void feed(std::string_view bytes);

    /// The stream is over: what waits is logged, without a newline.
    void finish();

    bool empty() const noexcept { return waiting_.empty(); }

  private:
    void emit(std::string_view line, bool newline, std::string_view time);

    LogFile& log_;
    std::string_view stream_;
    std::string waiting_;
    std::string entry_;
};

}  // namespace dhow::shim
