#pragma once
// A layer below all others, with the places that every container's mounts need.
//
// Without it the runtime makes them in the container's own layer: a file copied up, made and removed again
// for each, 1 ms of a start, and all of them would be part of what `commit` keeps. What an image has by the
// same name hides what is here. dockerd's init layer, above the image, is for the same.

#include <filesystem>

namespace dhow::engine {

/// Where it is, of a daemon with this data root.
std::filesystem::path mount_points_layer(const std::filesystem::path& data_root);

/// Makes what is missing: /dev, /proc, /sys, empty files for /etc/hosts, /etc/hostname and /etc/resolv.conf,
/// a link /etc/mtab, and /.dockerenv, by which programs know that they are in a container. Blocking.
/// @throws SystemError
void make_mount_points_layer(const std::filesystem::path& data_root);

}  // namespace dhow::engine
