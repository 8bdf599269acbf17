#include "tar/compression.hpp"

#include <cstring>

#include "base/error.hpp"
#include "tar/header.hpp"

namespace dhow::tar {

Compression detect_compression(Bytes start) {
    auto begins_with = [&](std::string_view magic) {
        return start.size() >= magic.size() && std::memcmp(start.data(), magic.data(), magic.size()) == 0;
    };
    // RFC 1952, 2.3.1; RFC 8878, 3.1.1 and 3.1.2 (sixteen numbers of frames to skip); the .xz file format,
    // 2.1.1; bzip2's has no document.
    if (begins_with("\x1f\x8b\x08")) return Compression::gzip;
    if (begins_with("\x28\xb5\x2f\xfd")) return Compression::zstd;
    if (start.size() >= 4 && (start[0] & std::byte{0xf0}) == std::byte{0x50} &&
        std::memcmp(&start[1], "\x2a\x4d\x18", 3) == 0)
        return Compression::zstd;
    if (begins_with({"\xfd\x37zXZ\0", 6})) return Compression::xz;
    if (begins_with("BZh")) return Compression::bzip2;
    return Compression::none;
}

bool begins_as_archive(Bytes start) {
    if (detect_compression(start) != Compression::none) return true;
    if (start.size() < tar_block) return false;
    try {
        return parse_tar_header(start.first(tar_block)).has_value();
    } catch (const InvalidArgument&) {
        return false;
    }
}

}  // namespace dhow::tar
