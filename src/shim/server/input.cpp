#include "shim/server/input.hpp"

#include <cerrno>
#include <utility>

#include <unistd.h>

namespace dhow::shim {

void Input::write(std::string_view bytes) {
    if (!fd_ || closing_) return;
    bool was_full = full();
    waiting_ += bytes;
    if (was_full) return;
    write_out();
    if (!full()) return;
    loop_.watch(fd_.get(), EPOLLOUT, [this](std::uint32_t) { write_out(); });
    watched_ = true;
}

void Input::write_out() {
    while (full()) {
        auto wrote = ::write(fd_.get(), waiting_.data(), waiting_.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0 && errno == EAGAIN) return;
        if (wrote < 0) {
            // The process has closed its input: EPIPE, as a shell's pipe would have it; there is nobody to
            // tell.
            drop();
            break;
        }
        waiting_.erase(0, static_cast<std::size_t>(wrote));
    }
    waiting_.shrink_to_fit();
    bool waited = std::exchange(watched_, false);
    if (waited && fd_) loop_.forget(fd_.get());
    if (closing_) drop();
    if (waited) drained_();
}

void Input::close() {
    closing_ = true;
    if (!full()) drop();
}

void Input::drop() noexcept {
    if (fd_) loop_.forget(fd_.get());
    fd_.reset();
    waiting_.clear();
}

}  // namespace dhow::shim
