#pragma once
// The user's terminal.

#include <cstdint>
#include <optional>

#include <termios.h>

namespace dhow::cli {

/// A terminal's size in characters.
struct TerminalSize {
    std::uint32_t rows = 0;
    std::uint32_t columns = 0;
    bool operator==(const TerminalSize&) const = default;
};

bool is_terminal(int fd);

/// None when `fd` is no terminal.
std::optional<TerminalSize> terminal_size(int fd);

/// Puts a terminal into raw mode (no echo, no line editing, no signals from keys), and back when it goes.
/// Output processing stays on, so that what this process prints looks as ever. Does nothing to what is no
/// terminal.
class RawMode {
  public:
    explicit RawMode(int fd);
    ~RawMode() { restore(); }
    RawMode(const RawMode&) = delete;
    RawMode& operator=(const RawMode&) = delete;

    void restore();

  private:
    int fd_;
    std::optional<termios> before_;
};

}  // namespace dhow::cli
