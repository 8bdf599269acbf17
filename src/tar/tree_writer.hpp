#pragma once
// Folders and files of a disk become entries of a tar, read by descriptors: no link is followed, no name is
// resolved twice. Entries stand in the order of their names, times are whole seconds, owners are numbers: the
// same tree makes the same bytes. Sockets are left out: they mean nothing without who listens.

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include "tar/writer.hpp"

namespace dhow::tar {

struct TreeOptions {
    /// The tree is an upper directory of overlayfs (overlayfs.rst): a character device 0:0 becomes a ".wh."
    /// entry and an opaque directory gets a ".wh..wh..opq" one (OCI image spec, layer.md).
    bool overlay = false;
    /// The tree is in use: a file that shrinks meanwhile is filled up with zeros, one that grows is cut, and
    /// what vanishes is left out. Otherwise a change is an error.
    bool in_use = false;
    /// Paths for which it is false are left out, a folder with all below it; paths are relative to the tree.
    std::function<bool(const std::string& path)> takes;
    /// What stands in front of each path in the tar: "", or "name/".
    std::string prefix;
};

class TreeWriter {
  public:
    explicit TreeWriter(Output& output, TreeOptions options = {});

    /// All entries of an open folder, without one for the folder itself.
    void contents(int folder);
    /// An entry for the open folder itself, named by the prefix ("./" when that is empty), and its contents.
    void folder(int folder);
    /// The one entry `name` of the open folder `parent`, as `as`; a symbolic link is not followed.
    void single(int parent, const std::string& name, const std::string& as);
    /// Of all entries but folders so far, as stat(2) has them; of an inode's names the first counts.
    std::int64_t size() const { return size_; }
    /// The end of the tar. @throws SystemError, InternalError when a file changed that must not
    void finish() { tar_.finish(); }

  private:
    using Inode = std::pair<dev_t, ino_t>;
    void walk(int folder, const std::string& path);
    void add(int parent, const std::string& name, const std::string& path, const struct stat& status);
    void add_file(int parent, const std::string& name, TarEntry& entry, const struct stat& status);
    void add_folder(int folder, const std::string& path, TarEntry& entry);
    void add_marker(const std::string& path);
    void write_content(int file, const TarEntry& entry);
    /// Fills the attributes in: of an open file or folder, or without one (-1) of the path `at`, where a link
    /// is not followed. @return whether the directory is opaque
    bool read_xattrs(int fd, const std::string& at, TarEntry& entry);

    TarWriter tar_;
    TreeOptions options_;
    std::vector<std::byte> buffer_;
    std::map<Inode, std::string> links_;
    std::int64_t size_ = 0;
};

}  // namespace dhow::tar
