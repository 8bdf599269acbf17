#include "api/images/transfer.hpp"

#include <atomic>
#include <deque>

#include <sys/socket.h>

#include "api/http/status.hpp"
#include "api/images/convert.hpp"

namespace dhow::api::images {

namespace {

constexpr std::size_t piece = 64 << 10;

/// The first end is for the loop, the second blocks.
std::pair<UniqueFd, UniqueFd> make_pair_of_sockets() {
    int ends[2];
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "make a socketpair");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

class SocketSource final : public image::Source {
  public:
    SocketSource(UniqueFd fd, std::shared_ptr<std::atomic<bool>> complete)
        : fd_(std::move(fd)), complete_(std::move(complete)) {}

    std::size_t read(std::span<std::byte> buffer) override {
        ssize_t count;
        do {
            count = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
        } while (count < 0 && errno == EINTR);
        check(count, "read the request's body");
        if (count == 0 && !*complete_) throw InvalidArgument("the request's body ended too early");
        return static_cast<std::size_t>(count);
    }

  private:
    UniqueFd fd_;
    std::shared_ptr<std::atomic<bool>> complete_;
};

class SocketOutput final : public image::Output {
  public:
    explicit SocketOutput(UniqueFd fd) : fd_(std::move(fd)) {}

    void write(image::Bytes bytes) override {
        while (!bytes.empty()) {
            ssize_t count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) throw http::ClientGone();
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        }
    }

  private:
    UniqueFd fd_;
};

}  // namespace

struct Upload::State {
    State(http::Socket socket, asio::any_io_executor executor)
        : writer(std::move(socket)), finished(executor) {}

    http::Socket writer;
    Signal finished;
    bool done = false;
    std::shared_ptr<std::atomic<bool>> complete = std::make_shared<std::atomic<bool>>(false);
    std::shared_ptr<image::Source> source;
};

Upload::Upload(http::Exchange& exchange, asio::any_io_executor executor) {
    auto [ours, theirs] = make_pair_of_sockets();
    state_ = std::make_shared<State>(http::adopt(executor, std::move(ours)), executor);
    state_->source = std::make_shared<SocketSource>(std::move(theirs), state_->complete);
    asio::co_spawn(executor, pump(exchange, state_), asio::detached);
}

std::shared_ptr<image::Source> Upload::source() { return std::exchange(state_->source, nullptr); }

Task<void> Upload::pump(http::Exchange& exchange, std::shared_ptr<State> state) {
    std::string buffer(piece, '\0');
    try {
        for (;;) {
            std::size_t count = co_await exchange.read_body(buffer);
            if (count == 0) break;
            co_await http::send_all(state->writer, std::string_view(buffer).substr(0, count));
        }
        *state->complete = true;
    } catch (const Error&) {
        // The client went away or broke its framing: the reader is told. Or the reader has stopped reading.
    }
    http::close(state->writer);
    state->done = true;
    state->finished.notify();
}

Task<void> Upload::join() {
    while (!state_->done) co_await state_->finished.wait();
}

Download::Download(asio::any_io_executor executor) : reader_(executor) {
    auto [ours, theirs] = make_pair_of_sockets();
    reader_ = http::adopt(executor, std::move(ours));
    output_ = std::make_shared<SocketOutput>(std::move(theirs));
}

std::shared_ptr<image::Output> Download::output() { return std::exchange(output_, nullptr); }

Task<void> Download::run(http::Exchange& exchange, std::string content_type, http::Headers headers) {
    std::string buffer(piece, '\0');
    bool started = false;
    std::exception_ptr failure;
    try {
        for (;;) {
            std::size_t count = co_await http::receive(reader_, buffer);
            if (count == 0) break;
            if (!std::exchange(started, true)) co_await exchange.start_stream_with(content_type, headers);
            co_await exchange.write(std::string_view(buffer).substr(0, count));
        }
    } catch (const Error&) {
        failure = std::current_exception();
    }
    // Whoever writes must learn that nobody reads.
    http::close(reader_);
    if (failure) std::rethrow_exception(failure);
}

Task<void> send_tar(http::Exchange& exchange, http::Headers headers,
                    std::function<Task<void>(std::shared_ptr<image::Output>)> write) {
    auto executor = co_await asio::this_coro::executor;
    Download download(executor);
    Signal over(executor);
    bool written = false;
    std::exception_ptr failure;
    // The output is let go with the task, which ends the download.
    auto task = write(download.output());
    asio::co_spawn(executor, std::move(task), [&](std::exception_ptr thrown) {
        failure = thrown;
        written = true;
        over.notify();
    });
    std::exception_ptr unsent;
    try {
        co_await download.run(exchange, "application/x-tar", std::move(headers));
    } catch (const Error&) {
        unsent = std::current_exception();
    }
    while (!written) co_await over.wait();
    if (unsent) std::rethrow_exception(unsent);
    if (failure) std::rethrow_exception(failure);
}

struct ProgressAnswer::State {
    explicit State(asio::any_io_executor loop) : executor(loop), sent(loop) {}

    asio::any_io_executor executor;
    std::deque<image::Progress> waiting;  // the loop thread's
    Signal sent;
    bool sending = false;
    bool started = false;
    std::exception_ptr failure;
};

ProgressAnswer::ProgressAnswer(http::Exchange& exchange, asio::any_io_executor executor)
    : exchange_(exchange), state_(std::make_shared<State>(std::move(executor))) {}

image::ProgressSink ProgressAnswer::sink() {
    return [state = state_, exchange = &exchange_](const image::Progress& progress) {
        asio::post(state->executor, [state, exchange, progress] {
            // A client that reads slower than layers are unpacked sees fewer steps, not a queue of them.
            if (!state->waiting.empty() && state->waiting.back().id == progress.id && !progress.id.empty())
                state->waiting.back() = progress;
            else
                state->waiting.push_back(progress);
            if (std::exchange(state->sending, true)) return;
            asio::co_spawn(state->executor, send(*exchange, state), asio::detached);
        });
    };
}

Task<void> ProgressAnswer::send(http::Exchange& exchange, std::shared_ptr<State> state) {
    try {
        while (!state->waiting.empty()) {
            auto text = json::write(to_wire(state->waiting.front())) + "\r\n";
            state->waiting.pop_front();
            if (!std::exchange(state->started, true)) co_await exchange.start_stream("application/json");
            co_await exchange.write(text);
        }
    } catch (const Error&) {
        // The client is gone. The work goes on to its end, as it does for dockerd.
        state->waiting.clear();
        state->failure = std::current_exception();
    }
    state->sending = false;
    state->sent.notify();
}

Task<void> ProgressAnswer::join() {
    while (state_->sending) co_await state_->sent.wait();
}

Task<void> ProgressAnswer::line(const wire::ProgressLine& line) {
    if (state_->failure) std::rethrow_exception(state_->failure);
    std::string text = json::write(line) + "\r\n";
    if (!std::exchange(state_->started, true)) co_await exchange_.start_stream("application/json");
    co_await exchange_.write(text);
}

Task<void> ProgressAnswer::fail(std::exception_ptr failure) {
    if (!state_->started) std::rethrow_exception(failure);
    wire::ProgressLine report;
    report.error = http::error_message(failure);
    wire::ErrorDetail detail;
    detail.message = report.error;
    report.error_detail = detail;
    co_await line(report);
}

}  // namespace dhow::api::images
