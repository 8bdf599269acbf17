#pragma once
// Undo that runs when a scope is left, unless it was cancelled.

#include <utility>

namespace dhow {

/// Runs `action` at the end of the scope. `action` must not throw.
/// For a step that must be undone if a later one fails, call `cancel()` once all went well.
template <typename Action>
class [[nodiscard]] Defer {
  public:
    explicit Defer(Action action) : action_(std::move(action)) {}
    Defer(const Defer&) = delete;
    Defer& operator=(const Defer&) = delete;
    ~Defer() {
        if (armed_) action_();
    }
    void cancel() noexcept { armed_ = false; }

  private:
    Action action_;
    bool armed_ = true;
};

}  // namespace dhow
