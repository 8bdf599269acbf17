#pragma once
// Pseudo-terminals: pty(7), tty_ioctl(4), termios(3).

#include <utility>

#include <termios.h>

#include "base/unique_fd.hpp"

namespace dhow::linux {

struct TerminalSize {
    unsigned short rows = 0;
    unsigned short columns = 0;
};

/// A new terminal of the devpts that `ptmx` (an O_PATH descriptor) belongs to. The file is checked to be that
/// device on a devpts, and the slave is opened through the master: no path of a container is trusted.
/// Gives 0 and both ends, or a negative errno. May run between clone and exec.
int try_open_terminal(int ptmx, int& master, int& slave) noexcept;

/// 0 or a negative errno. May run between clone and exec.
int try_set_terminal_size(int terminal, TerminalSize size) noexcept;

/// @throws SystemError
void set_terminal_size(int terminal, TerminalSize size);
TerminalSize terminal_size(int terminal);

/// Puts a terminal in raw mode, and back as it was at the end.
class RawTerminal {
  public:
    /// @throws SystemError; ENOTTY when it is no terminal.
    explicit RawTerminal(int terminal);
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;
    ~RawTerminal();

  private:
    int terminal_;
    termios before_{};
};

}  // namespace dhow::linux
