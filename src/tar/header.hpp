#pragma once
// One 512-byte block of a tar: the ustar header (POSIX.1-2017, pax, "ustar Interchange Format") with GNU's
// variants, and the strict reading of its fields.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tar/stream.hpp"

namespace dhow::tar {

inline constexpr std::size_t tar_block = 512;

/// The fields as they stand in the block; paths may be overruled by extension headers.
struct TarHeader {
    std::string name;  ///< prefix and name
    std::string link_name;
    std::uint32_t mode = 0;
    std::int64_t uid = 0, gid = 0;
    std::int64_t size = 0;   ///< bytes of payload that follow
    std::int64_t mtime = 0;  ///< seconds since 1970
    char type = '0';
    std::uint32_t major = 0, minor = 0;
    bool gnu = false;  ///< GNU's magic: its own meaning of the bytes behind minor
};

/// Reads a block; none when it is all zeros, which marks the end.
/// @throws InvalidArgument for a wrong checksum or a field that is no number
std::optional<TarHeader> parse_tar_header(Bytes block);

/// Reads an octal or base-256 number. @throws InvalidArgument
std::int64_t parse_tar_number(Bytes field);

/// Makes a block. Numbers too large for their field are written as 0: a pax header carries them then.
void write_tar_header(const TarHeader& header, std::span<std::byte, tar_block> block);

/// Bytes of padding behind a payload of `size`.
inline std::int64_t tar_padding(std::int64_t size) { return (512 - size % 512) % 512; }

}  // namespace dhow::tar
