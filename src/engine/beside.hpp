#pragma once
// Two steps at the same time.

#include <exception>
#include <memory>

#include "base/async/sync.hpp"

namespace dhow::engine {

/// A task that runs beside the one that made it, from now on. join() must be awaited before anything that the
/// task refers to goes.
class Beside {
  public:
    Beside(asio::any_io_executor executor, Task<void> task) : state_(std::make_shared<State>(executor)) {
        asio::co_spawn(executor, std::move(task), [state = state_](std::exception_ptr failure) {
            state->failure = failure;
            state->done = true;
            state->finished.notify();
        });
    }

    /// Waits for its end. @throws what it threw.
    Task<void> join() {
        while (!state_->done) co_await state_->finished.wait();
        if (state_->failure) std::rethrow_exception(state_->failure);
    }

  private:
    struct State {
        explicit State(asio::any_io_executor executor) : finished(std::move(executor)) {}
        Signal finished;
        bool done = false;
        std::exception_ptr failure;
    };
    std::shared_ptr<State> state_;
};

/// Awaits both, whatever happens to either. @throws what `first` threw, or else what `second` threw.
inline Task<void> both(Task<void> first, Task<void> second) {
    Beside beside(co_await asio::this_coro::executor, std::move(second));
    std::exception_ptr failure;
    try {
        co_await std::move(first);
    } catch (...) {
        failure = std::current_exception();
    }
    try {
        co_await beside.join();
    } catch (...) {
        if (!failure) failure = std::current_exception();
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace dhow::engine
