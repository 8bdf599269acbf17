#pragma once
// Descriptors that are waited for, and what to do when they are ready: private to the relay.

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "base/unique_fd.hpp"

namespace dhow::network {

/// A level-triggered epoll(7) set. Not safe across threads, except `wake`.
class RelayLoop {
  public:
    using Handler = std::function<void(std::uint32_t events)>;

    RelayLoop();

    /// `fd` stays its owner's, who calls `forget` before it closes it.
    void watch(int fd, std::uint32_t events, Handler handler);
    void change(int fd, std::uint32_t events) noexcept;
    void forget(int fd) noexcept;

    /// Waits for events, at most `timeout_ms`; `collect` fetches them without running handlers, so that a
    /// caller can take its lock in between.
    int collect(int timeout_ms);
    void dispatch(int count);

    /// Room for one datagram, or a piece of a stream, for the handler that runs. (thread_local would cost
    /// every thread of the process as much.)
    std::vector<char>& buffer() noexcept { return buffer_; }

    /// Ends a `collect` of another thread.
    void wake() noexcept;

  private:
    static constexpr int batch = 64;
    struct Ready {
        int fd;
        std::uint32_t events;
    };
    UniqueFd epoll_;
    UniqueFd wake_;
    std::unordered_map<int, Handler> handlers_;
    Ready ready_[batch];
    std::vector<char> buffer_ = std::vector<char>(65536);
};

}  // namespace dhow::network
