#pragma once
// How a tar is packed, by the magic numbers that docker knows.

#include "tar/stream.hpp"

namespace dhow::tar {

enum class Compression { none, gzip, zstd, xz, bzip2 };

/// What the first bytes (6 are enough) say.
Compression detect_compression(Bytes start);

/// Whether the first bytes are those of a tar, packed or not. For a plain one all of its first block is
/// needed; an empty one, which is nothing but zeros, is not known by it.
bool begins_as_archive(Bytes start);

}  // namespace dhow::tar
