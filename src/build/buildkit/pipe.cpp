#include "build/buildkit/pipe.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include <fcntl.h>
#include <unistd.h>

namespace dhow::build::buildkit {

Pipe::Pipe(asio::any_io_executor executor, bool loop_reads) : loop_end(std::move(executor)) {
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC), "make a pipe");
    ::fcntl(ends[0], F_SETPIPE_SZ, static_cast<int>(chunk_size));
    loop_end.assign(ends[loop_reads ? 0 : 1]);
    thread_end.reset(ends[loop_reads ? 1 : 0]);
}

Task<void> run_side(BlockingPool& pool, std::shared_ptr<Side> side, std::function<void()> work) {
    try {
        co_await pool.run(std::move(work));
    } catch (...) {
        side->failure = std::current_exception();
    }
    side->over = true;
    side->changed.notify();
}

Task<void> join(std::shared_ptr<Side> side) {
    while (!side->over) co_await side->changed.wait();
    if (side->failure) std::rethrow_exception(side->failure);
}

Task<void> read_call(BlockingPool& pool, std::shared_ptr<rpc::Call> call, PayloadOf payload,
                     std::function<void(image::Source&)> read,
                     std::function<void(std::int64_t bytes)> progress, std::shared_ptr<Cancellation> stop) {
    auto executor = co_await asio::this_coro::executor;
    auto pipe = std::make_shared<Pipe>(executor, false);
    std::function<void()> cancel = [call, pipe] {
        call->cancel();
        pipe->loop_end.close();
    };
    Cancellation::Registration registration(*stop, cancel);
    auto side = std::make_shared<Side>(executor);
    std::function<void()> work = [pipe, read] {
        image::FdSource source(std::move(pipe->thread_end));
        read(source);
    };
    asio::co_spawn(executor, run_side(pool, side, std::move(work)), asio::detached);
    std::exception_ptr failure;
    try {
        std::int64_t received = 0;
        while (true) {
            auto bytes = co_await call->read();
            if (!bytes) break;
            auto data = payload(*bytes);
            boost::system::error_code failed;
            co_await asio::async_write(pipe->loop_end, asio::buffer(data),
                                       asio::redirect_error(asio::use_awaitable, failed));
            // The reader has all it wants, or failed and will say so.
            if (failed) break;
            progress(received += static_cast<std::int64_t>(data.size()));
        }
    } catch (const Error&) {
        failure = std::current_exception();
    }
    pipe->loop_end.close();
    std::exception_ptr unread;
    try {
        co_await join(side);
    } catch (const Error&) {
        unread = std::current_exception();
    }
    if (failure) std::rethrow_exception(failure);
    if (unread) std::rethrow_exception(unread);
}

}  // namespace dhow::build::buildkit
