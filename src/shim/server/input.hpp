#pragma once
// A process's standard input: the writing end of its pipe, or its terminal.

#include <functional>
#include <string>
#include <string_view>

#include "base/unique_fd.hpp"
#include "shim/server/loop.hpp"

namespace dhow::shim {

/// Writes without blocking; what the process does not take yet waits here, and `full()` tells the owner to
/// read no more from those who type.
class Input {
  public:
    /// @param drained called when nothing waits any more.
    Input(Loop& loop, std::function<void()> drained) : loop_(loop), drained_(std::move(drained)) {}
    ~Input() { drop(); }
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;

    /// Takes the descriptor, which must be non-blocking.
    void open(UniqueFd fd) { fd_ = std::move(fd); }

    /// Without a descriptor, or after close(), bytes are dropped.
    void write(std::string_view bytes);
    bool full() const noexcept { return !waiting_.empty(); }

    /// Closes once what waits is written: the process reads the end of its input.
    void close();

    /// Closes now.
    void drop() noexcept;

  private:
    void write_out();

    Loop& loop_;
    std::function<void()> drained_;
    UniqueFd fd_;
    std::string waiting_;
    bool watched_ = false;
    bool closing_ = false;
};

}  // namespace dhow::shim
