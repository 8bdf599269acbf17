#pragma once
// Makes a layer's tree durable.

#include <filesystem>

#include "image/layer/unpack.hpp"

namespace dhow::image {

/// All of the tree but the entry of its directory. The data of few files is synced one by one; their names
/// follow with the next sync of a directory, on file systems where that is so. For many files, one sync of
/// the file system is cheaper, though it also waits for what others have written there.
void sync_tree(const std::filesystem::path& diff, const Unpacked& unpacked);

}  // namespace dhow::image
