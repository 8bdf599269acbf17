#include "base/async/sync.hpp"

#include <boost/asio/redirect_error.hpp>

namespace dhow {

Task<void> Signal::wait() {
    boost::system::error_code cancelled;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

struct TimedSignal::Waiter {
    explicit Waiter(const asio::any_io_executor& executor) : timer(executor) {}
    asio::steady_timer timer;
    bool notified = false;
    std::shared_ptr<Waiter> next;
};

void TimedSignal::notify() {
    for (auto waiter = std::exchange(first_, nullptr); waiter;
         waiter = std::exchange(waiter->next, nullptr)) {
        waiter->notified = true;
        waiter->timer.cancel();
    }
}

Task<bool> TimedSignal::wait_for(std::chrono::nanoseconds limit) {
    auto waiter = std::make_shared<Waiter>(executor_);
    waiter->timer.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(limit));
    waiter->next = std::exchange(first_, waiter);
    boost::system::error_code ended;
    co_await waiter->timer.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    if (!waiter->notified) {
        for (auto* link = &first_; *link; link = &(*link)->next) {
            if (*link == waiter) {
                *link = std::exchange(waiter->next, nullptr);
                break;
            }
        }
    }
    co_return waiter->notified;
}

Task<AsyncMutex::Lock> AsyncMutex::lock() {
    auto ticket = next_ticket_++;
    while (ticket != now_serving_) co_await released_.wait();
    co_return Lock(this);
}

void AsyncMutex::unlock() {
    ++now_serving_;
    released_.notify();
}

Task<void> sleep_for(std::chrono::nanoseconds duration) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(duration));
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace dhow
