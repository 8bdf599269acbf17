#pragma once
// An image as an archive under names that it need not have here.

#include <set>
#include <string>

#include "image/images.hpp"
#include "image/source.hpp"

namespace dhow::image {

/// Writes a tar that is a docker archive and an OCI layout in one. `names` are full:
/// "docker.io/library/busybox:latest". Blocks. @throws NotFound when the image is being removed
void save_image(store::Store& store, const Image& image, const std::set<std::string>& names, Output& output);

}  // namespace dhow::image
