#include "api/http/relay.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "api/http/exchange.hpp"

namespace dhow::api::http {

namespace {

constexpr std::size_t buffer_size = 32 << 10;

// How long the client may take to close after the last byte of output: closing on unread input would make a
// unix socket's peer see a reset in place of the end.
constexpr auto linger = std::chrono::milliseconds(500);

struct Pair {
    Pair(Socket& to, Socket from, std::shared_ptr<void> keeper)
        : client(to), stream(std::move(from)), owner(std::move(keeper)), input_over(client.get_executor()) {
        input_over.expires_at(asio::steady_timer::time_point::max());
    }

    Socket& client;
    Socket stream;
    std::shared_ptr<void> owner;
    asio::steady_timer input_over;
    bool output_over = false;
    bool input_is_over = false;
};

Task<void> carry(Socket& from, Socket& to) {
    std::string buffer(buffer_size, '\0');
    while (std::size_t count = co_await receive(from, buffer))
        co_await send_all(to, std::string_view(buffer).substr(0, count));
}

Task<void> discard(Socket& from) {
    std::string buffer(buffer_size, '\0');
    while (co_await receive(from, buffer) > 0) {
    }
}

// The peer of a unix socket that closes both directions raises a hang-up; without it a client that vanished
// looks like one that has merely sent all its input.
Task<void> wait_for_hang_up(Pair& pair) {
    while (!hung_up(pair.client)) {
        auto [failure] =
            co_await pair.client.async_wait(Socket::wait_error, asio::as_tuple(asio::use_awaitable));
        if (failure) co_return;
    }
    if (!pair.output_over) close(pair.stream);
}

Task<void> carry_input(std::shared_ptr<Pair> pair, std::string early) {
    bool client_sent_all = false;
    try {
        co_await send_all(pair->stream, early);
        std::string().swap(early);
        co_await carry(pair->client, pair->stream);
        client_sent_all = true;
    } catch (const ClientGone&) {
        // Either side is closed. Output decides when it is over; a process that closed its input still
        // writes.
    }
    if (client_sent_all) {
        end_output(pair->stream);
    } else if (hung_up(pair->client)) {
        close(pair->stream);
    } else {
        try {
            co_await discard(pair->client);
        } catch (const ClientGone&) {
        }
    }
    co_await wait_for_hang_up(*pair);
    pair->input_is_over = true;
    pair->input_over.cancel();
}

}  // namespace

Task<void> relay(Socket& client, std::string early, UniqueFd stream, std::shared_ptr<void> owner) {
    auto executor = co_await asio::this_coro::executor;
    auto pair = std::make_shared<Pair>(client, adopt(executor, std::move(stream)), std::move(owner));
    asio::co_spawn(executor, carry_input(pair, std::move(early)), asio::detached);
    try {
        co_await carry(pair->stream, pair->client);
    } catch (const ClientGone&) {
    }
    pair->output_over = true;
    end_output(pair->client);
    if (!pair->input_is_over) {
        pair->input_over.expires_after(linger);
        co_await pair->input_over.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    close(pair->stream);
    close(pair->client);
}

}  // namespace dhow::api::http
