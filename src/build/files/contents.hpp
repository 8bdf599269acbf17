#pragma once
// Contents of files that are known without reading them. Who fills it wrote the files himself; it says
// nothing of any other tree, whatever attributes that carries.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

#include <sys/stat.h>

#include "base/timespec.hpp"

namespace dhow::build::files {

/// Digests (sha256, hexadecimal) of regular files of one file system. A file is the one that is meant as long
/// as its inode and its ctime are the same: the kernel alone sets a ctime.
class KnownContents {
  public:
    explicit KnownContents(dev_t device) : device_(device) {}

    void add(ino_t inode, std::int64_t changed, std::string digest) {
        files_[inode] = File{changed, std::move(digest)};
    }
    void note_links() { linked_ = true; }
    /// Whether a file may have several names here.
    bool has_links() const { return linked_; }
    void reserve(std::size_t count) { files_.reserve(count); }

    /// Null for a file that is not known, or was changed.
    const std::string* find(const struct stat& status) const {
        if (status.st_dev != device_) return nullptr;
        auto found = files_.find(status.st_ino);
        bool same = found != files_.end() && found->second.changed == nanoseconds(status.st_ctim);
        return same ? &found->second.digest : nullptr;
    }

  private:
    struct File {
        std::int64_t changed = 0;
        std::string digest;
    };
    dev_t device_;
    bool linked_ = false;
    std::unordered_map<ino_t, File> files_;
};

}  // namespace dhow::build::files
