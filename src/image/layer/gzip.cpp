#include "image/layer/gzip.hpp"

#include <algorithm>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "base/error.hpp"

namespace dhow::image {

namespace {

constexpr std::byte magic[]{std::byte{0x1f}, std::byte{0x8b}};
constexpr std::byte deflate_method{8};
constexpr int header_rest = 6;  // time, extra flags, system

constexpr unsigned has_checksum = 2, has_extra = 4, has_name = 8, has_comment = 16, reserved = 0xe0;

}  // namespace

Gzip::Gzip(Source& source) : input_(source), state_(std::make_unique_for_overwrite<inflate_state>()) {
    isal_inflate_init(state_.get());
    state_->crc_flag = ISAL_DEFLATE;
}

Gzip::~Gzip() = default;

std::size_t Gzip::read(std::span<std::byte> buffer) {
    for (;;) {
        if (!in_member_ && !begin_member()) return 0;
        auto count = inflate(buffer);
        if (state_->block_state == ISAL_BLOCK_FINISH)
            end_member();
        else if (count == 0 && !input_.fill())
            throw InvalidArgument("the gzip stream ends too early");
        if (count > 0) return count;
    }
}

std::size_t Gzip::inflate(std::span<std::byte> buffer) {
    auto rest = input_.rest();
    state_->next_in = const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(rest.data()));
    state_->avail_in = static_cast<std::uint32_t>(rest.size());
    state_->next_out = reinterpret_cast<std::uint8_t*>(buffer.data());
    state_->avail_out = static_cast<std::uint32_t>(buffer.size());
    if (int result = isal_inflate(state_.get()); result != ISAL_DECOMP_OK)
        throw InvalidArgument("the gzip stream is damaged (error {})", result);
    input_.leave(state_->avail_in);
    auto count = buffer.size() - state_->avail_out;
    checksum_ = crc32_gzip_refl(checksum_, reinterpret_cast<const std::uint8_t*>(buffer.data()), count);
    size_ += static_cast<std::uint32_t>(count);
    return count;
}

bool Gzip::begin_member() {
    if (!first_) skip_padding();
    if (!input_.fill()) return false;
    read_header();
    isal_inflate_reset(state_.get());
    first_ = false;
    in_member_ = true;
    checksum_ = 0;
    size_ = 0;
    return true;
}

void Gzip::skip_padding() {
    while (input_.fill()) {
        auto rest = input_.rest();
        auto end = std::ranges::find_if(rest, [](std::byte byte) { return byte != std::byte{0}; });
        bool padding = end != rest.begin();
        input_.leave(static_cast<std::size_t>(rest.end() - end));
        if (end != rest.end() && (padding || *end != magic[0]))
            // Others would read it differently.
            throw InvalidArgument("the gzip stream is followed by something else");
        if (end != rest.end()) return;
    }
}

void Gzip::read_header() {
    if (next_byte() != magic[0] || next_byte() != magic[1] || next_byte() != deflate_method)
        throw InvalidArgument("the gzip stream is damaged: its header is none");
    auto flags = std::to_integer<unsigned>(next_byte());
    if (flags & reserved) throw InvalidArgument("the gzip stream is damaged: unknown flags in its header");
    auto skip = [&](std::uint32_t count) {
        for (; count > 0; --count) next_byte();
    };
    auto skip_text = [&] {
        while (next_byte() != std::byte{0}) {
        }
    };
    skip(header_rest);
    if (flags & has_extra) skip(next_number(2));
    if (flags & has_name) skip_text();
    if (flags & has_comment) skip_text();
    if (flags & has_checksum) skip(2);
}

void Gzip::end_member() {
    in_member_ = false;
    if (next_number(4) != checksum_)
        throw InvalidArgument("the gzip stream is damaged: its checksum is wrong");
    if (next_number(4) != size_) throw InvalidArgument("the gzip stream is damaged: its size is wrong");
}

/// Bytes that the decoder has read ahead come first; they begin with what is left of the byte in which the
/// deflate stream ended.
std::byte Gzip::next_byte() {
    if (state_->read_in_length >= 8) {
        state_->read_in >>= state_->read_in_length % 8;
        state_->read_in_length -= state_->read_in_length % 8 + 8;
        auto byte = static_cast<std::byte>(state_->read_in & 0xff);
        state_->read_in >>= 8;
        return byte;
    }
    if (!input_.fill()) throw InvalidArgument("the gzip stream ends too early");
    auto byte = input_.rest().front();
    input_.leave(input_.rest().size() - 1);
    return byte;
}

std::uint32_t Gzip::next_number(int bytes) {
    std::uint32_t number = 0;
    for (int i = 0; i < bytes; ++i) number |= std::to_integer<std::uint32_t>(next_byte()) << (8 * i);
    return number;
}

}  // namespace dhow::image
