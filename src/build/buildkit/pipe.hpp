#pragma once
// Between calls, which are the loop's, and code that blocks on a thread of the pool: a pipe, so that each
// side waits for the other and little is in memory.

#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/async/sync.hpp"
#include "base/unique_fd.hpp"
#include "build/files/stop.hpp"
#include "image/source.hpp"
#include "rpc/call.hpp"

namespace dhow::build::buildkit {

/// What a message, or a read of the pipe, carries: a client of Go takes messages of up to 4 MiB.
constexpr std::size_t chunk_size = 1 << 20;

struct Pipe {
    Pipe(asio::any_io_executor executor, bool loop_reads);
    asio::posix::stream_descriptor loop_end;
    UniqueFd thread_end;
};

/// Work on the pool beside a coroutine: its end, and what it threw.
struct Side {
    explicit Side(asio::any_io_executor executor) : changed(std::move(executor)) {}
    bool over = false;
    std::exception_ptr failure;
    Signal changed;
};
Task<void> run_side(BlockingPool& pool, std::shared_ptr<Side> side, std::function<void()> work);
/// Waits for its end. @throws what it threw
Task<void> join(std::shared_ptr<Side> side);

/// Takes the payload out of one message's bytes. @throws InvalidArgument
using PayloadOf = std::function<std::string(const std::string& bytes)>;

/// Gives the payloads of all messages of a call to `read`, on the pool, as one stream.
Task<void> read_call(BlockingPool& pool, std::shared_ptr<rpc::Call> call, PayloadOf payload,
                     std::function<void(image::Source&)> read,
                     std::function<void(std::int64_t bytes)> progress, std::shared_ptr<Cancellation> stop);

}  // namespace dhow::build::buildkit
