#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include "base/async/sync.hpp"
#include "base/error.hpp"

namespace dhow {

using namespace std::chrono_literals;

TEST(BlockingPool, BringsResultsAndExceptionsBackToTheLoop) {
    asio::io_context loop;
    BlockingPool pool(2);
    auto loop_thread = std::this_thread::get_id();
    int seen = 0;
    auto body = [&]() -> Task<void> {
        auto other = co_await pool.run([] { return std::this_thread::get_id(); });
        EXPECT_TRUE(other != loop_thread);
        EXPECT_TRUE(std::this_thread::get_id() == loop_thread);
        ++seen;
        try {
            co_await pool.run([] { throw NotFound("nothing"); });
        } catch (const NotFound&) {
            ++seen;
        }
    };
    asio::co_spawn(loop, body, asio::detached);
    loop.run();
    EXPECT_EQ(seen, 2);
}

TEST(AsyncMutex, ServesInTheOrderOfArrival) {
    asio::io_context loop;
    AsyncMutex mutex(loop.get_executor());
    std::string order;
    auto body = [&](char name) -> Task<void> {
        auto lock = co_await mutex.lock();
        co_await sleep_for(1ms);
        order += name;
    };
    for (char name : {'a', 'b', 'c'}) asio::co_spawn(loop, body(name), asio::detached);
    loop.run();
    EXPECT_EQ(order, "abc");
}

TEST(TimedSignal, TellsANotificationFromATimeout) {
    asio::io_context loop;
    TimedSignal signal(loop.get_executor());
    bool early = true, late = false;
    auto body = [&]() -> Task<void> {
        early = co_await signal.wait_for(1ms);
        late = co_await signal.wait_for(10s);
    };
    auto waker = [&]() -> Task<void> {
        co_await sleep_for(20ms);
        signal.notify();
    };
    asio::co_spawn(loop, body, asio::detached);
    asio::co_spawn(loop, waker, asio::detached);
    loop.run();
    EXPECT_FALSE(early);
    EXPECT_TRUE(late);
}

}  // namespace dhow
