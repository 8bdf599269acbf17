#pragma once
// A layer's tar becomes a directory in overlayfs's form, in one pass.
//
// Written by strangers: nothing outside of the directory is ever touched, whatever the tar says, and a tar
// that tries is refused. On an error the directory holds a part; its owner throws it away. Whiteouts: OCI
// image spec, layer.md; overlayfs: Documentation/filesystems/overlayfs.rst.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "image/layer/recipe.hpp"
#include "tar/reader.hpp"

namespace dhow::image {

/// Bounds against archives that are small outside and endless inside.
struct UnpackLimits {
    std::int64_t bytes = std::int64_t{256} << 30;  ///< of all files, holes not counted
    std::int64_t entries = 8'000'000;
};

struct Unpacked {
    static constexpr std::size_t most_first_files = 32;
    std::int64_t bytes = 0;    ///< sizes of all files, as docker counts a layer
    std::int64_t written = 0;  ///< the same without holes
    std::int64_t entries = 0;
    std::int64_t files = 0;
    std::vector<std::string> first_files;  ///< clean paths of the first of them, at most `most_first_files`
};

/// Unpacks `tar` into the empty directory `diff`. `recipe`, if given, must be the tar's observer.
/// @throws InvalidArgument for a hostile or damaged tar, SystemError when the disk refuses
Unpacked unpack(TarReader& tar, const std::filesystem::path& diff, RecipeWriter* recipe = nullptr,
                const UnpackLimits& limits = {});

}  // namespace dhow::image
