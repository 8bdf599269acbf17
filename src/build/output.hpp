#pragma once
// What a built image becomes elsewhere.

#include <set>
#include <string>

#include "image/images.hpp"
#include "image/source.hpp"

namespace dhow::build {

/// Writes a tar that is a docker archive and an OCI layout in one, under those full names. Blocks.
void write_archive(store::Store& store, const image::Image& image, const std::set<std::string>& names,
                   image::Output& output);

/// Writes all files of an image as a tar. Blocks.
void write_files(store::Store& store, const image::Image& image, image::Output& output);

}  // namespace dhow::build
