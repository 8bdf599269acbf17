#pragma once
// gzip (RFC 1952), also of several members, as pigz and estargz write it.

#include <cstdint>
#include <memory>

#include "image/layer/packed_input.hpp"

struct inflate_state;

namespace dhow::image {

/// The plain bytes of a gzip stream, by ISA-L, which takes half of zlib's time. ISA-L is given the raw
/// deflate streams alone: its own reading of gzip's headers loses, in version 2.30, bytes that were read
/// ahead across the end of a piece. Zeros behind the last member are the padding of tapes; anything else is
/// refused. Reading throws InvalidArgument for what is damaged or ends early.
class Gzip final : public Source {
  public:
    /// `source` must outlive it.
    explicit Gzip(Source& source);
    ~Gzip() override;

    std::size_t read(std::span<std::byte> buffer) override;

  private:
    bool begin_member();
    void skip_padding();
    void read_header();
    void end_member();
    std::byte next_byte();
    std::uint32_t next_number(int bytes);
    std::size_t inflate(std::span<std::byte> buffer);

    PackedInput input_;
    std::unique_ptr<inflate_state> state_;
    bool in_member_ = false;
    bool first_ = true;
    std::uint32_t checksum_ = 0;
    std::uint32_t size_ = 0;  ///< of the member's plain bytes, modulo 2^32
};

}  // namespace dhow::image
