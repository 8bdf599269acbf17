#include "cli/terminal/raw_mode.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

namespace dhow::cli {

bool is_terminal(int fd) { return ::isatty(fd) == 1; }

std::optional<TerminalSize> terminal_size(int fd) {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) < 0) return std::nullopt;
    return TerminalSize{size.ws_row, size.ws_col};
}

RawMode::RawMode(int fd) : fd_(fd) {
    termios now{};
    if (::tcgetattr(fd, &now) < 0) return;
    before_ = now;
    ::cfmakeraw(&now);
    ::tcsetattr(fd, TCSANOW, &now);
}

void RawMode::restore() {
    if (before_) ::tcsetattr(fd_, TCSANOW, &*before_);
    before_.reset();
}

}  // namespace dhow::cli
