#include "support/pty.hpp"

#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "base/error.hpp"
#include "support/spawn.hpp"

namespace dhow::test {

Pty::Pty(const Command& command, int rows, int columns) {
    winsize size{static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
    int main = -1, peer = -1;
    check(::openpty(&main, &peer, nullptr, nullptr, &size), "openpty");
    main_.reset(main);
    UniqueFd terminal(peer);
    check(::fcntl(main, F_SETFD, FD_CLOEXEC), "fcntl");
    check(::fcntl(peer, F_SETFD, FD_CLOEXEC), "fcntl");
    pid_ = spawn(command, {peer, peer, peer}, true);
}

Pty::~Pty() {
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

bool Pty::read_more(std::chrono::steady_clock::time_point deadline) {
    auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd fd{main_.get(), POLLIN, 0};
    if (left.count() <= 0 || ::poll(&fd, 1, static_cast<int>(left.count())) <= 0) return false;
    char buffer[4096];
    auto count = ::read(main_.get(), buffer, sizeof buffer);  // EIO: the last holder of the other end is gone
    if (count <= 0) return false;
    screen_.append(buffer, static_cast<std::size_t>(count));
    return true;
}

void Pty::expect(const std::string& text, std::chrono::milliseconds limit) {
    auto deadline = std::chrono::steady_clock::now() + limit;
    for (;;) {
        if (auto at = screen_.find(text, consumed_); at != std::string::npos) {
            consumed_ = at + text.size();
            return;
        }
        if (!read_more(deadline))
            throw InternalError("the terminal did not show '{}', but: {}", text, screen_.substr(consumed_));
    }
}

void Pty::send(const std::string& text) { check(::write(main_.get(), text.data(), text.size()), "type"); }

void Pty::resize(int rows, int columns) {
    winsize size{static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
    check(::ioctl(main_.get(), TIOCSWINSZ, &size), "TIOCSWINSZ");
}

int Pty::wait(std::chrono::milliseconds limit) {
    auto deadline = std::chrono::steady_clock::now() + limit;
    while (read_more(deadline)) continue;
    int status = 0;
    if (!eventually([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; }, 1s))
        throw InternalError("the program on the terminal did not end; it showed: {}", screen_);
    pid_ = -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace dhow::test
