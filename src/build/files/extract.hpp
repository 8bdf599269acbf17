#pragma once
// A tar becomes files in a root: a build's context, and the archives that ADD unpacks. Unlike a layer's tar
// there are no whiteouts in it.

#include <optional>
#include <string>

#include "build/files/stop.hpp"
#include "build/files/tree.hpp"
#include "image/source.hpp"

namespace dhow::build::files {

struct ExtractOptions {
    std::optional<Owner> owner;  ///< none: those of the archive
    bool devices = false;        ///< whether devices may be made
    std::int64_t most_bytes = std::int64_t{256} << 30;
    std::int64_t most_entries = 8'000'000;
};

/// Unpacks a tar, packed by gzip, xz, zstd or bzip2 or not at all, into the folder `destination` of `root`.
/// @throws InvalidArgument for one that is damaged, or that names what is outside
void extract(image::Source& archive, int root, const std::string& destination, const ExtractOptions& options,
             const Cancellation& stop);

/// Whether a file is an archive that ADD unpacks, by its first bytes.
bool is_archive(int file);

}  // namespace dhow::build::files
