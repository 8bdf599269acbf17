#include "image/produced_source.hpp"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dhow::image {

ProducedSource::ProducedSource(std::function<void(Output&)> write) {
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC), "make a pipe");
    read_end_.reset(ends[0]);
    writer_ = std::jthread([this, write = std::move(write), end = ends[1]] {
        FdOutput output{UniqueFd(end)};
        sigset_t pipe_signal;
        ::sigemptyset(&pipe_signal);
        ::sigaddset(&pipe_signal, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);
        try {
            write(output);
        } catch (const Error& error) {
            // The reader sees the end, and asks.
            failure_ = error.message();
        }
    });
}

std::size_t ProducedSource::read(std::span<std::byte> buffer) {
    for (;;) {
        auto count = ::read(read_end_.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        check(count, "read a layer's tar");
        if (count > 0) return static_cast<std::size_t>(count);
        if (writer_.joinable()) writer_.join();
        if (!failure_.empty()) throw InternalError("{}", failure_);
        return 0;
    }
}

}  // namespace dhow::image
