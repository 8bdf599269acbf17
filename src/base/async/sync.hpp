#pragma once
// Waiting for one another between coroutines of the loop thread. None of these is safe across threads.

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>

#include "base/async/task.hpp"

namespace dhow {

/// Wakes those who wait, all at once; keeps no memory of earlier wakes, so a waiter checks its condition
/// first: `while (!ready) co_await signal.wait();`
class Signal {
  public:
    explicit Signal(asio::any_io_executor executor) : timer_(std::move(executor)) {
        timer_.expires_at(asio::steady_timer::time_point::max());
    }

    /// Resumes every present waiter, later, from the loop.
    void notify() { timer_.cancel(); }

    /// Waits for the next `notify`.
    Task<void> wait();

  private:
    asio::steady_timer timer_;
};

/// Like Signal, with a limit to the wait.
/// @return false when `limit` passed first.
class TimedSignal {
  public:
    explicit TimedSignal(asio::any_io_executor executor) : executor_(std::move(executor)) {}
    void notify();
    Task<bool> wait_for(std::chrono::nanoseconds limit);

  private:
    struct Waiter;
    asio::any_io_executor executor_;
    std::shared_ptr<Waiter> first_;
};

/// A mutex for coroutines, first come first served. Held across co_await by design: it makes the steps of one
/// object's operation follow one another.
class AsyncMutex {
  public:
    explicit AsyncMutex(asio::any_io_executor executor) : released_(std::move(executor)) {}

    class [[nodiscard]] Lock {
      public:
        explicit Lock(AsyncMutex* mutex) : mutex_(mutex) {}
        Lock(Lock&& other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
        Lock& operator=(Lock&&) = delete;
        ~Lock() { unlock(); }
        void unlock() {
            if (auto* mutex = std::exchange(mutex_, nullptr)) mutex->unlock();
        }

      private:
        AsyncMutex* mutex_;
    };

    /// Waits for its turn. The mutex must outlive the lock.
    Task<Lock> lock();

  private:
    void unlock();

    Signal released_;
    std::uint64_t next_ticket_ = 0;
    std::uint64_t now_serving_ = 0;
};

/// Pauses the calling coroutine.
Task<void> sleep_for(std::chrono::nanoseconds duration);

}  // namespace dhow
