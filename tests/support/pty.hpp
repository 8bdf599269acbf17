#pragma once
// A person at a terminal: a pseudo-terminal (pty(7)) with a program on it, what it shows, and what is typed.

#include <string>

#include "support/shell.hpp"

namespace dhow::test {

class Pty {
  public:
    /// Starts `command` in a session of its own, with a terminal of `rows` by `columns`.
    explicit Pty(const Command& command, int rows = 24, int columns = 80);
    Pty(const Pty&) = delete;
    Pty& operator=(const Pty&) = delete;
    ~Pty();

    /// Reads until `text` appears after what earlier calls consumed. @throws InternalError at the time limit
    /// or at the end of the output, with all that was shown.
    void expect(const std::string& text, std::chrono::milliseconds limit = 10s);

    /// Types `text` as it stands: "\r" is the return key, "\x10\x11" are ctrl-p and ctrl-q.
    void send(const std::string& text);

    /// Changes the size; the program gets SIGWINCH.
    void resize(int rows, int columns);

    /// Waits for the end. Its status as the shell has it. @throws InternalError at the time limit.
    int wait(std::chrono::milliseconds limit = 10s);

    /// All that was shown so far.
    const std::string& screen() const noexcept { return screen_; }

  private:
    bool read_more(std::chrono::steady_clock::time_point deadline);

    UniqueFd main_;
    pid_t pid_ = -1;
    std::string screen_;
    std::size_t consumed_ = 0;
};

}  // namespace dhow::test
