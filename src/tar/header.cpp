#include "tar/header.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "base/error.hpp"

namespace dhow::tar {

namespace {

std::string field_text(Bytes block, std::size_t offset, std::size_t size) {
    const char* start = reinterpret_cast<const char*>(block.data()) + offset;
    return std::string(start, ::strnlen(start, size));
}

bool checksum_fits(Bytes block) {
    std::int64_t wanted = parse_tar_number(block.subspan(148, 8));
    // Old tars summed signed characters.
    std::int64_t plain = 0, with_sign = 0;
    for (std::size_t i = 0; i < tar_block; ++i) {
        auto byte = i >= 148 && i < 156 ? std::byte{' '} : block[i];
        plain += std::to_integer<std::uint8_t>(byte);
        with_sign += static_cast<std::int8_t>(std::to_integer<std::uint8_t>(byte));
    }
    return wanted == plain || wanted == with_sign;
}

void put_text(std::span<std::byte, tar_block> block, std::size_t offset, std::size_t size,
              std::string_view text) {
    std::memcpy(block.data() + offset, text.data(), std::min(size, text.size()));
}

void put_octal(std::span<std::byte, tar_block> block, std::size_t offset, std::size_t size,
               std::int64_t value) {
    // The last byte is the terminating NUL.
    std::int64_t limit = std::int64_t{1} << (3 * (size - 1));
    if (value < 0 || value >= limit) value = 0;
    for (std::size_t i = size - 1; i-- > 0; value >>= 3)
        block[offset + i] = std::byte(static_cast<unsigned char>('0' + (value & 7)));
}

}  // namespace

std::int64_t parse_tar_number(Bytes field) {
    auto byte = [&](std::size_t i) { return std::to_integer<std::uint8_t>(field[i]); };
    if (byte(0) & 0x80) {
        // Base 256, big endian, two's complement; the top bit only marks it.
        bool negative = (byte(0) & 0x40) != 0;
        std::int64_t value = negative ? -1 : 0;
        for (std::size_t i = 0; i < field.size(); ++i) {
            std::uint8_t digit =
                i == 0 ? static_cast<std::uint8_t>((byte(0) & 0x7f) | (negative ? 0x80 : 0)) : byte(i);
            if (value > (INT64_MAX >> 8) || value < (INT64_MIN >> 8))
                throw InvalidArgument("the tar is damaged: a number is too large");
            value = static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << 8) | digit;
        }
        return value;
    }
    std::size_t i = 0, end = field.size();
    while (i < end && (byte(i) == ' ' || byte(i) == 0)) ++i;
    std::int64_t value = 0;
    for (; i < end && byte(i) >= '0' && byte(i) <= '7'; ++i) value = value * 8 + (byte(i) - '0');
    if (i < end && byte(i) != ' ' && byte(i) != 0)
        throw InvalidArgument("the tar is damaged: a header holds something else than a number");
    return value;
}

std::optional<TarHeader> parse_tar_header(Bytes block) {
    if (std::ranges::all_of(block, [](std::byte byte) { return byte == std::byte{0}; })) return std::nullopt;
    if (!checksum_fits(block)) throw InvalidArgument("the tar is damaged: a header's checksum is wrong");
    TarHeader header;
    header.name = field_text(block, 0, 100);
    header.mode = static_cast<std::uint32_t>(parse_tar_number(block.subspan(100, 8))) & 07777777;
    header.uid = parse_tar_number(block.subspan(108, 8));
    header.gid = parse_tar_number(block.subspan(116, 8));
    header.size = parse_tar_number(block.subspan(124, 12));
    header.mtime = parse_tar_number(block.subspan(136, 12));
    header.type = static_cast<char>(block[156]);
    header.link_name = field_text(block, 157, 100);
    std::string magic = field_text(block, 257, 8);
    header.gnu = magic == "ustar  ";
    if (magic.starts_with("ustar")) {
        header.major = static_cast<std::uint32_t>(parse_tar_number(block.subspan(329, 8)));
        header.minor = static_cast<std::uint32_t>(parse_tar_number(block.subspan(337, 8)));
        std::string prefix = header.gnu ? "" : field_text(block, 345, 155);
        if (!prefix.empty()) header.name = prefix + "/" + header.name;
    }
    if (header.type == '\0' || header.type == '7') header.type = '0';
    if (header.size < 0) throw InvalidArgument("the tar is damaged: \"{}\" has a negative size", header.name);
    return header;
}

void write_tar_header(const TarHeader& header, std::span<std::byte, tar_block> block) {
    std::ranges::fill(block, std::byte{0});
    put_text(block, 0, 100, header.name);
    put_octal(block, 100, 8, header.mode);
    put_octal(block, 108, 8, header.uid);
    put_octal(block, 116, 8, header.gid);
    put_octal(block, 124, 12, header.size);
    put_octal(block, 136, 12, header.mtime);
    block[156] = std::byte(static_cast<unsigned char>(header.type));
    put_text(block, 157, 100, header.link_name);
    put_text(block, 257, 8,
             std::string_view("ustar\0"
                              "00",
                              8));
    put_octal(block, 329, 8, header.major);
    put_octal(block, 337, 8, header.minor);
    std::ranges::fill(block.subspan(148, 8), std::byte{' '});
    std::int64_t sum = 0;
    for (std::byte byte : block) sum += std::to_integer<std::uint8_t>(byte);
    char text[8];
    std::snprintf(text, sizeof text, "%06o", static_cast<unsigned>(sum));
    put_text(block, 148, 7, std::string_view(text, 7));
}

}  // namespace dhow::tar
