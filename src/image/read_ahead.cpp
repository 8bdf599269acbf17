#include "image/read_ahead.hpp"

#include <algorithm>
#include <cstring>

namespace dhow::image {

ReadAhead::ReadAhead(Source& source) : source_(source), thread_([this] { run(); }) {}

ReadAhead::~ReadAhead() {
    {
        std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void ReadAhead::run() {
    for (bool end = false; !end;) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return stopped_ || filled_ - taken_ < pieces; });
        if (stopped_) return;
        auto& piece = ring_[filled_ % pieces];
        lock.unlock();
        std::exception_ptr failure;
        piece.size = 0;
        try {
            if (piece.buffer.empty()) piece.buffer.resize(piece_size);
            piece.size = source_.read(piece.buffer);
        } catch (...) {
            failure = std::current_exception();
        }
        end = piece.size == 0;
        lock.lock();
        failure_ = failure;
        ++filled_;
        lock.unlock();
        changed_.notify_all();
    }
}

std::size_t ReadAhead::read(std::span<std::byte> buffer) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return filled_ > taken_; });
    auto& piece = ring_[taken_ % pieces];
    if (piece.size == 0) {
        if (failure_) std::rethrow_exception(failure_);
        return 0;
    }
    lock.unlock();
    auto count = std::min(buffer.size(), piece.size - offset_);
    std::memcpy(buffer.data(), piece.buffer.data() + offset_, count);
    offset_ += count;
    if (offset_ < piece.size) return count;
    offset_ = 0;
    lock.lock();
    ++taken_;
    lock.unlock();
    changed_.notify_all();
    return count;
}

}  // namespace dhow::image
