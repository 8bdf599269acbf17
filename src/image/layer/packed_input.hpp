#pragma once
// The packed bytes that the decoders take from, a buffer at a time.

#include <vector>

#include "image/source.hpp"

namespace dhow::image {

class PackedInput {
  public:
    /// `source` must outlive it.
    explicit PackedInput(Source& source) : source_(source), buffer_(buffer_size) {}
    /// Reads more once all was taken; false at the end.
    bool fill() {
        if (!rest_.empty()) return true;
        rest_ = Bytes(buffer_).first(source_.read(buffer_));
        return !rest_.empty();
    }
    Bytes rest() const { return rest_; }
    /// All but the last `count` bytes were taken.
    void leave(std::size_t count) { rest_ = rest_.last(count); }

  private:
    static constexpr std::size_t buffer_size = 128 << 10;

    Source& source_;
    std::vector<std::byte> buffer_;
    Bytes rest_;
};

}  // namespace dhow::image
