#pragma once
// Where bytes come from, and where they go to: blocking, one thread at a time.

#include <cstddef>
#include <span>
#include <string_view>

#include "base/unique_fd.hpp"

namespace dhow::tar {

using Bytes = std::span<const std::byte>;

inline Bytes as_bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

/// A stream to read from.
class Source {
  public:
    virtual ~Source() = default;
    /// Reads at least one byte and at most the buffer. 0 at the end.
    virtual std::size_t read(std::span<std::byte> buffer) = 0;
};

/// A stream to write to.
class Output {
  public:
    virtual ~Output() = default;
    /// Writes all of it.
    virtual void write(Bytes bytes) = 0;
};

/// Reads a descriptor: a file, a pipe, a socket.
class FdSource final : public Source {
  public:
    explicit FdSource(UniqueFd fd) : fd_(std::move(fd)) {}
    std::size_t read(std::span<std::byte> buffer) override;

  private:
    UniqueFd fd_;
};

class FdOutput final : public Output {
  public:
    explicit FdOutput(UniqueFd fd) : fd_(std::move(fd)) {}
    void write(Bytes bytes) override;

  private:
    UniqueFd fd_;
};

}  // namespace dhow::tar
