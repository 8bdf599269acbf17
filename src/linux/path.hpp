#pragma once
// Paths inside a root that its owner controls: the kernel resolves them (openat2(2), RESOLVE_IN_ROOT), so
// that neither "..", nor a symbolic link, nor a race with either leads outside. Magic links of /proc are
// refused.
//
// The functions named try_ may run between clone and exec: they give a descriptor, or a negative errno.

#include <cstdint>
#include <filesystem>
#include <optional>

#include <sys/types.h>

#include "base/unique_fd.hpp"

namespace dhow::linux {

/// Whether symbolic links on the way are followed inside the root, or refused with ELOOP.
enum class Symlinks { follow, refuse };

/// Opens `path` below `root` with open(2)'s flags; O_CLOEXEC is added. `mode` is for O_CREAT.
int try_open_in_root(int root, const char* path, int flags, mode_t mode = 0,
                     Symlinks symlinks = Symlinks::follow) noexcept;

/// Makes the folders of `path` that are missing, with `mode`; gives the last one, opened with O_PATH.
int try_make_directories_in_root(int root, const char* path, mode_t mode,
                                 Symlinks symlinks = Symlinks::follow) noexcept;

/// Makes an empty file with its folders unless something is there; gives it, opened with O_PATH.
int try_make_file_in_root(int root, const char* path, mode_t mode,
                          Symlinks symlinks = Symlinks::follow) noexcept;

/// The same, with exceptions. @throws SystemError that names the path.
UniqueFd open_in_root(int root, const std::filesystem::path& path, int flags, mode_t mode = 0);
UniqueFd make_directories_in_root(int root, const std::filesystem::path& path, mode_t mode = 0755);
UniqueFd make_file_in_root(int root, const std::filesystem::path& path, mode_t mode = 0644);

/// As open_in_root, but none when nothing is there (ENOENT, ENOTDIR).
std::optional<UniqueFd> find_in_root(int root, const std::filesystem::path& path, int flags);

}  // namespace dhow::linux
