#pragma once
// Mounts by descriptor: a file system or a bind is made detached, given its attributes, and only then
// attached, to a folder that is named by a descriptor as well. Nobody can swap a path in between, and what
// was not attached is gone with its descriptor. fsopen(2), fsconfig(2), fsmount(2), open_tree(2),
// move_mount(2), mount_setattr(2).
//
// The functions may run between clone and exec: they give a descriptor or 0, or a negative errno.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <sys/mount.h>

namespace dhow::linux {

/// Options of a mount as mount_setattr(2) takes them.
struct MountAttributes {
    std::uint64_t set = 0;    ///< MOUNT_ATTR_...
    std::uint64_t clear = 0;  ///< MOUNT_ATTR_...
    bool any() const noexcept { return set || clear; }
};

/// A parameter of a file system: a flag when `value` is empty and `flag` is true.
struct FilesystemOption {
    std::string name;
    std::string value;
    bool flag = false;
};

/// A new file system, mounted nowhere. `source` may be null. `attributes` are MOUNT_ATTR_... of the mount.
int try_new_mount(const char* type, const char* source, std::span<const FilesystemOption> options,
                  std::uint64_t attributes) noexcept;

/// A bind of `path` (empty: of `directory` itself), mounted nowhere; with all mounts below when `recursive`.
int try_clone_mount(int directory, const char* path, bool recursive) noexcept;

/// Attaches a detached mount on the file or folder that `target` names.
int try_attach_mount(int mount, int target) noexcept;

/// Changes attributes of a mount and, when `recursive`, of all below it.
int try_set_mount_attributes(int mount, MountAttributes attributes, bool recursive) noexcept;

/// Changes the propagation type: MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE.
int try_set_propagation(int mount, unsigned long propagation, bool recursive) noexcept;

/// Makes the ids of a mount's files appear as the user namespace maps them (MOUNT_ATTR_IDMAP).
int try_map_mount_ids(int mount, int user_namespace, bool recursive) noexcept;

/// Makes the mount at the working directory the root, and lets go of the old one with all below it.
int try_pivot_root_to_working_directory() noexcept;

/// Parameters of an overlay mount: overlayfs.rst.
struct Overlay {
    std::vector<std::string> lower;  ///< absolute, the top first
    std::string upper;               ///< empty: read-only
    std::string work;
    std::vector<FilesystemOption> options;
};

/// An overlay of any number of layers, mounted nowhere. Gives the descriptor of the mount.
/// @throws SystemError, with the kernel's own reason where it gives one.
int new_overlay(const Overlay& overlay);

}  // namespace dhow::linux
