#pragma once
// How another thread ends a transfer.

#include <atomic>
#include <chrono>

#include "base/error.hpp"

namespace dhow::registry {

/// Thrown where a transfer notices that it was cancelled.
class Cancelled : public Error {
  public:
    Cancelled() : Error(ErrorKind::unavailable, "context canceled") {}
};

/// Set once, on any thread; transfers look at it ten times a second while they wait.
class Cancellation {
  public:
    /// Cancelled with its parent too, which must outlive it.
    explicit Cancellation(const Cancellation* parent = nullptr) : parent_(parent) {}
    Cancellation(const Cancellation&) = delete;

    void cancel() noexcept { cancelled_ = true; }
    bool cancelled() const noexcept { return cancelled_ || (parent_ && parent_->cancelled()); }
    /// @throws Cancelled
    void check() const {
        if (cancelled()) throw Cancelled();
    }
    /// Waits. @throws Cancelled as soon as it was cancelled
    void sleep(std::chrono::milliseconds time) const;

  private:
    const Cancellation* parent_;
    std::atomic<bool> cancelled_ = false;
};

}  // namespace dhow::registry
