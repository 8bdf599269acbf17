#pragma once
// How the daemon is asynchronous: one loop thread owns all state and runs every coroutine; what blocks
// (system calls on disks, mounts, netlink, SQLite) runs on a pool and its result comes back to the loop.
//
// So code between two `co_await`s is never interrupted and needs no lock, and a call that is stuck in the
// kernel holds up its own caller alone. The rules that follow from g++ 12's coroutines:
// - no braced temporary, no lambda with captures that have destructors, and no `a ? b : c` of such a type
// inside a
//   co_await expression: name it first (g++ destroys it twice);
// - a coroutine takes its arguments by value, or by a reference that outlives it; a lambda coroutine has no
//   captures that die before it (pass them as arguments).

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace dhow {

namespace asio = boost::asio;

/// A coroutine that gives a T, run by `co_await` from another one.
template <typename T = void>
using Task = asio::awaitable<T>;

/// Threads for what blocks. Shared by all rooms of the daemon.
class BlockingPool {
  public:
    /// `threads` bounds how many calls can be stuck in the kernel before others wait.
    explicit BlockingPool(std::size_t threads) : pool_(threads) {}
    ~BlockingPool() { pool_.join(); }

    /// Runs `work` on a thread of the pool and resumes the caller on its own executor with the result, or
    /// with the exception. `work` must not touch state that the loop thread owns.
    template <typename Work>
    Task<std::invoke_result_t<Work>> run(Work work) {
        using Result = std::invoke_result_t<Work>;
        std::exception_ptr failure;
        if constexpr (std::is_void_v<Result>) {
            co_await dispatch([&] {
                try {
                    work();
                } catch (...) {
                    failure = std::current_exception();
                }
            });
            if (failure) std::rethrow_exception(failure);
        } else {
            std::optional<Result> result;
            co_await dispatch([&] {
                try {
                    result.emplace(work());
                } catch (...) {
                    failure = std::current_exception();
                }
            });
            if (failure) std::rethrow_exception(failure);
            co_return std::move(*result);
        }
    }

  private:
    /// `call` lives in the awaiting coroutine's frame, which stays until the completion below resumes it.
    template <typename Call>
    Task<void> dispatch(Call call) {
        auto executor = co_await asio::this_coro::executor;
        auto start = [this, &call, executor](auto handler) {
            asio::post(pool_, [&call, executor, handler = std::move(handler)]() mutable {
                call();
                asio::post(executor, [handler = std::move(handler)]() mutable { std::move(handler)(); });
            });
        };
        co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(start, asio::use_awaitable);
    }

    asio::thread_pool pool_;
};

}  // namespace dhow
