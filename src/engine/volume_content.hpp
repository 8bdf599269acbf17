#pragma once
// An image's content becomes the first content of a volume.

#include <filesystem>
#include <string>

#include "store/snapshots.hpp"

namespace dhow::engine {

/// Copies the directory that `path` is in the root of `snapshot` into `volume`, with owners, modes, times,
/// extended attributes, links and hard links, and gives `volume` that directory's own owner and mode. Nothing
/// happens when `volume` has an entry, or when the root has no directory there. The root is mounted for no
/// longer than the call, by descriptor alone, so nothing is left by a crash. Blocking.
/// @return whether it was filled
/// @throws SystemError
bool fill_from_image(const std::filesystem::path& volume, const store::Snapshot& snapshot,
                     const std::string& path);

/// The same for a volume that no container uses: it is filled as a whole or, after a crash, not at all.
/// Leaves nothing but the volume in its folder.
void fill_whole_from_image(const std::filesystem::path& volume, const store::Snapshot& snapshot,
                           const std::string& path);

}  // namespace dhow::engine
