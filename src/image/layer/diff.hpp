#pragma once
// The reverse of unpack: what a container changed becomes a layer's tar.
//
// An upper directory of overlayfs holds what is new, a character device 0:0 for each name that was deleted,
// and trusted.overlay.opaque on directories that were made anew: those become ".wh." entries (OCI image spec,
// layer.md). Entries stand in the order of their names, times are whole seconds, owners are numbers: the same
// tree makes the same bytes.

#include <filesystem>

#include "image/source.hpp"

namespace dhow::image {

/// Writes the tar of the upper directory. What changes while it is read makes an error, so the container is
/// paused or stopped. Sockets are left out: they mean nothing without who listens.
/// @return the bytes of what is in it, as docker counts them: all but folders, each inode once
/// @throws SystemError; InternalError when a file changed meanwhile
std::int64_t write_diff(const std::filesystem::path& upper, Output& output);

}  // namespace dhow::image
