#include "linux/terminal.hpp"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dhow::linux {

int try_open_terminal(int ptmx, int& master, int& slave) noexcept {
    struct stat status{};
    struct statfs filesystem{};
    if (::fstat(ptmx, &status) < 0 || ::fstatfs(ptmx, &filesystem) < 0) return -errno;
    if (!S_ISCHR(status.st_mode) || status.st_rdev != makedev(5, 2) ||
        filesystem.f_type != DEVPTS_SUPER_MAGIC)
        return -ENXIO;
    // An O_PATH descriptor is opened by its magic link; what it names was just checked.
    char path[32];
    std::snprintf(path, sizeof path, "/proc/self/fd/%d", ptmx);
    master = ::open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0) return -errno;
    int unlock = 0;
    slave = -1;
    if (::ioctl(master, TIOCSPTLCK, &unlock) == 0)
        slave = ::ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave >= 0) return 0;
    int error = errno;
    ::close(master);
    return -error;
}

int try_set_terminal_size(int terminal, TerminalSize size) noexcept {
    winsize window{.ws_row = size.rows, .ws_col = size.columns, .ws_xpixel = 0, .ws_ypixel = 0};
    return ::ioctl(terminal, TIOCSWINSZ, &window) < 0 ? -errno : 0;
}

void set_terminal_size(int terminal, TerminalSize size) {
    int result = try_set_terminal_size(terminal, size);
    if (result < 0) throw SystemError(-result, "resize the terminal");
}

TerminalSize terminal_size(int terminal) {
    winsize window{};
    check(::ioctl(terminal, TIOCGWINSZ, &window), "ask for the terminal's size");
    return {window.ws_row, window.ws_col};
}

RawTerminal::RawTerminal(int terminal) : terminal_(terminal) {
    check(::tcgetattr(terminal_, &before_), "ask for the terminal's mode");
    termios raw = before_;
    ::cfmakeraw(&raw);
    check(::tcsetattr(terminal_, TCSANOW, &raw), "put the terminal in raw mode");
}

RawTerminal::~RawTerminal() { ::tcsetattr(terminal_, TCSADRAIN, &before_); }

}  // namespace dhow::linux
