#pragma once
// Packed streams become plain ones, in one pass and in constant memory.

#include <array>
#include <memory>
#include <span>

#include "image/source.hpp"
#include "tar/compression.hpp"

namespace dhow::image {

using tar::Compression;
using tar::detect_compression;

/// A source that can be looked into before it is read.
class PeekSource final : public Source {
  public:
    explicit PeekSource(Source& source) : source_(source) {}
    /// Up to `count` first bytes; fewer when the stream is shorter. At most 1024.
    Bytes peek(std::size_t count);
    std::size_t read(std::span<std::byte> buffer) override;

  private:
    Source& source_;
    std::array<std::byte, 1024> ahead_;
    std::size_t begin_ = 0, end_ = 0;
};

/// A source of the plain bytes. `source` must outlive it; a plain one is passed through.
/// Reading throws InvalidArgument when the stream is damaged or ends early.
std::unique_ptr<Source> decompress(Source& source, Compression compression);

}  // namespace dhow::image
