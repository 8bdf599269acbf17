#include "rpc/connection.hpp"

#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "rpc/service.hpp"

namespace dhow::rpc {
namespace {

/// Both ends in one loop, over a socket pair.
class Connections : public testing::Test {
  protected:
    void start(Answer answer) {
        int ends[2];
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
        server_ = Connection::answering(loop.get_executor(), UniqueFd(ends[0]), std::move(answer));
        client_ = Connection::calling(loop.get_executor(), UniqueFd(ends[1]));
        asio::co_spawn(loop, server_->run(), asio::detached);
        asio::co_spawn(loop, client_->run(), asio::detached);
    }

    /// Runs `test` as a coroutine, to the end of both connections.
    void run(Task<void> test) {
        asio::co_spawn(loop, std::move(test), [this](std::exception_ptr failure) {
            client_->close();
            if (failure) std::rethrow_exception(failure);
        });
        loop.run();
    }

    asio::io_context loop;
    std::shared_ptr<Connection> server_, client_;
};

Task<void> echo(std::shared_ptr<Call> call) {
    while (auto message = co_await call->read()) co_await call->write("<" + *message + ">");
}

TEST_F(Connections, messages_go_both_ways_until_each_end_is_done) {
    start(echo);
    auto test = [](std::shared_ptr<Connection> client) -> Task<void> {
        auto call = client->call("/s/Echo", {{"name", "value"}});
        co_await call->write("one");
        auto first = co_await call->read();
        EXPECT_EQ(first, "<one>");
        co_await call->write("two");
        call->close_output();
        auto second = co_await call->read();
        EXPECT_EQ(second, "<two>");
        auto end = co_await call->read();
        EXPECT_EQ(end, std::nullopt);
        EXPECT_EQ(client->calls(), 0U);
    };
    run(test(client_));
}

TEST_F(Connections, much_more_than_any_window_goes_through) {
    start(echo);
    auto send = [](std::shared_ptr<Call> call) -> Task<void> {
        for (int i = 0; i < 40; ++i)
            co_await call->write(std::string(1 << 20, static_cast<char>('a' + i % 26)));
        call->close_output();
    };
    auto test = [send](std::shared_ptr<Connection> client) -> Task<void> {
        auto executor = co_await asio::this_coro::executor;
        auto call = client->call("/s/Echo");
        asio::co_spawn(executor, send(call), asio::detached);
        std::size_t messages = 0;
        while (true) {
            auto message = co_await call->read();
            if (!message) break;
            EXPECT_EQ(message->size(), (1U << 20) + 2);
            ++messages;
        }
        EXPECT_EQ(messages, 40U);
    };
    run(test(client_));
}

TEST_F(Connections, a_failure_arrives_with_its_code_and_words) {
    start([](std::shared_ptr<Call>) -> Task<void> { throw NotFound("no such thing: caf\xc3\xa9\n"); });
    auto test = [](std::shared_ptr<Connection> client) -> Task<void> {
        auto call = client->call("/s/M");
        std::optional<Status> status;
        try {
            co_await call->read();
        } catch (const CallFailed& failure) {
            status = failure.status();
        }
        EXPECT_TRUE(status.has_value());
        if (!status) co_return;
        EXPECT_EQ(status->code, Code::not_found);
        EXPECT_EQ(status->message, "no such thing: caf\xc3\xa9\n");
    };
    run(test(client_));
}

TEST_F(Connections, a_method_that_is_not_there_is_unimplemented) {
    Service service;
    start([&service](std::shared_ptr<Call> call) { return service.answer(std::move(call)); });
    auto test = [](std::shared_ptr<Connection> client) -> Task<void> {
        auto call = client->call("/s/Nothing");
        Code code = Code::ok;
        try {
            co_await call->read();
        } catch (const CallFailed& failure) {
            code = failure.status().code;
        }
        EXPECT_EQ(code, Code::unimplemented);
    };
    run(test(client_));
}

TEST_F(Connections, who_answers_learns_that_the_caller_gave_up) {
    bool told = false;
    bool ended = false;
    start([&](std::shared_ptr<Call> call) -> Task<void> {
        call->on_cancel([&told] { told = true; });
        try {
            while (co_await call->read()) co_await call->write("got it");
        } catch (const CallFailed& failure) {
            ended = failure.status().code == Code::cancelled;
        }
    });
    auto test = [](std::shared_ptr<Connection> client) -> Task<void> {
        auto call = client->call("/s/M");
        co_await call->write("x");
        co_await call->read();
        call->cancel();
        auto other = client->call("/s/M");
        co_await other->write("y");
        co_await other->read();
        other->close_output();
        co_await other->read();
    };
    run(test(client_));
    EXPECT_TRUE(told);
    EXPECT_TRUE(ended);
}

TEST_F(Connections, calls_end_with_their_connection) {
    start(echo);
    auto test = [](std::shared_ptr<Connection> client, std::shared_ptr<Connection> server) -> Task<void> {
        auto call = client->call("/s/M");
        co_await call->write("x");
        co_await call->read();
        server->close();
        bool failed = false;
        try {
            co_await call->read();
        } catch (const CallFailed&) {
            failed = true;
        }
        EXPECT_TRUE(failed);
        EXPECT_THROW(client->call("/s/M"), CallFailed);
    };
    run(test(client_, server_));
}

}  // namespace
}  // namespace dhow::rpc
