#pragma once
// The options of a mount as people write them, sorted by what the kernel takes them as. mount(8); the
// runtime specification, config.md, Linux mount options.

#include <string>
#include <vector>

#include "linux/mount.hpp"

namespace dhow::linux {

struct MountOptions {
    MountAttributes attributes;     ///< of the mount alone
    MountAttributes recursive;      ///< of it and all below ("rro", ...)
    unsigned long propagation = 0;  ///< MS_SHARED, ...; 0: not said
    bool propagation_recursive = false;
    bool bind = false;
    bool bind_recursive = false;
    std::vector<FilesystemOption> filesystem;  ///< what only the file system understands
};

/// @throws InvalidArgument for an option that is known and cannot be done.
MountOptions parse_mount_options(const std::vector<std::string>& options);

/// The same words for the root's propagation. @throws InvalidArgument
void parse_propagation(const std::string& word, unsigned long& propagation, bool& recursive);

}  // namespace dhow::linux
