#pragma once
// The shim's event loop: level-triggered epoll(7), one thread, a handler a descriptor, a few timers.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include <sys/epoll.h>

#include "base/unique_fd.hpp"

namespace dhow::shim {

class Loop {
  public:
    using Clock = std::chrono::steady_clock;
    /// Gets EPOLL* bits. It may forget its own descriptor, or any other.
    using Handler = std::function<void(std::uint32_t events)>;
    using TimerId = std::uint64_t;

    Loop();

    /// Calls `handler` when one of `events` (or EPOLLHUP, EPOLLERR: always) holds. The descriptor stays the
    /// caller's, who forgets it before closing it. @throws SystemError.
    void watch(int fd, std::uint32_t events, Handler handler);

    /// Changes what is waited for. @throws SystemError.
    void change(int fd, std::uint32_t events);

    /// No further call of the handler, not even for events already fetched. Nothing to do is no error.
    void forget(int fd) noexcept;

    /// Calls `action` once, `delay` from now.
    TimerId after(Clock::duration delay, std::function<void()> action);
    void cancel(TimerId timer) noexcept;

    /// Runs until stop(). `idle` is called once after each burst of events that `quiet` passed after.
    void run(Clock::duration quiet, const std::function<void()>& idle);
    void stop() noexcept { running_ = false; }

  private:
    struct Watch {
        std::uint32_t generation;
        std::shared_ptr<Handler> handler;
    };
    struct Timer {
        TimerId id;
        std::function<void()> action;
    };

    int wait_limit(bool burst, Clock::duration quiet) const;
    void fire_timers();

    UniqueFd epoll_;
    std::map<int, Watch> watches_;
    std::multimap<Clock::time_point, Timer> timers_;
    std::uint32_t generation_ = 0;
    TimerId next_timer_ = 1;
    bool running_ = false;
};

}  // namespace dhow::shim
