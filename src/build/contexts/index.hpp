#pragma once
// What a kept folder holds, written down beside it: which files of the client its copies are, and the digests
// of their contents. So the next build knows what is here, and what is in it, without reading a byte of it.
//
// It is on a disk without having been synced, and so are the copies: after a power cut either may be less
// than it says. It carries the boot that it was written in (/proc/sys/kernel/random/boot_id), and says
// nothing in another.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>

namespace dhow::build {

/// What tells a client's file from an other one of the same size and time: a program can set an mtime, but no
/// ctime.
struct FileIdentity {
    std::uint64_t inode = 0;
    std::int64_t changed = 0;  ///< its ctime, in nanoseconds
    /// False: it was changed so shortly before it was described that a later change may have the same times.
    bool settled = true;
};

/// A file of a client, and the copy of it.
struct KeptFile {
    std::uint32_t mode = 0;  ///< st_mode: type and permissions
    std::int64_t size = 0;
    std::int64_t time = 0;  ///< its mtime, in nanoseconds
    std::optional<FileIdentity> identity;
    std::string link;  ///< where a symbolic link leads

    // The copy. Folders need neither of the first two: nothing is concluded from theirs.
    std::uint64_t inode = 0;
    std::int64_t changed = 0;  ///< ctime, in nanoseconds
    std::string content;       ///< of a regular file: sha256, hexadecimal

    // Of the build under way, not written.
    bool complete = true;    ///< all of the copy is here
    bool described = false;  ///< by the client, this time
};

/// By their paths, relative to the folder. Pointers to elements stay.
using KeptFiles = std::unordered_map<std::string, KeptFile>;

/// None when there is no index, or one of another boot, or one that is damaged.
std::optional<KeptFiles> read_index(const std::filesystem::path& path);

/// Files that are not complete are left out.
void write_index(const std::filesystem::path& path, const KeptFiles& files);

}  // namespace dhow::build
