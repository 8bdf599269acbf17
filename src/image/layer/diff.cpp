#include "image/layer/diff.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "image/layer/tar_writer.hpp"
#include "linux/directory.hpp"

namespace dhow::image {

namespace {

constexpr std::string_view overlay_xattrs = "trusted.overlay.";

class DiffWalk {
  public:
    DiffWalk(const std::filesystem::path& upper, Output& output)
        : root_(check(::open(upper.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open {}", upper.string())),
          tar_(output),
          buffer_(256 << 10) {}

    void run() {
        walk(root_.get(), "");
        tar_.finish();
    }

  private:
    void walk(int directory, const std::string& path);
    void add(int directory, const std::string& name, const std::string& path, const struct stat& status);
    void add_file(int directory, const std::string& name, TarEntry& entry, const struct stat& status);
    void add_directory(int directory, const std::string& name, const std::string& path, TarEntry& entry);
    void add_marker(const std::string& path);
    /// Fills the attributes in. @return whether the directory is opaque
    bool read_xattrs(const std::string& at, TarEntry& entry);

    UniqueFd root_;
    TarWriter tar_;
    std::vector<std::byte> buffer_;
    std::map<ino_t, std::string> links_;
};

void DiffWalk::walk(int directory, const std::string& path) {
    for (const auto& name : linux::sorted_names(directory)) {
        struct stat status;
        check(::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW), "stat {}{} of a layer", path,
              name);
        add(directory, name, path + name, status);
    }
}

void DiffWalk::add_marker(const std::string& path) {
    TarEntry marker;
    marker.path = path;
    tar_.begin(marker);
    tar_.end();
}

void DiffWalk::add(int directory, const std::string& name, const std::string& path,
                   const struct stat& status) {
    if (S_ISSOCK(status.st_mode)) return;
    if (S_ISCHR(status.st_mode) && status.st_rdev == 0)
        return add_marker(path.substr(0, path.size() - name.size()) + ".wh." + name);
    TarEntry entry;
    entry.path = path;
    entry.mode = status.st_mode & 07777;
    entry.uid = status.st_uid;
    entry.gid = status.st_gid;
    entry.mtime.tv_sec = status.st_mtim.tv_sec;
    entry.major = ::major(status.st_rdev);
    entry.minor = ::minor(status.st_rdev);
    if (S_ISDIR(status.st_mode)) return add_directory(directory, name, path, entry);
    if (status.st_nlink > 1) {
        auto [first, is_new] = links_.emplace(status.st_ino, path);
        if (!is_new) {
            entry.type = TarEntry::Type::hard_link;
            entry.link = first->second;
            tar_.begin(entry);
            return tar_.end();
        }
    }
    read_xattrs(fmt::format("/proc/self/fd/{}/{}", directory, name), entry);
    if (S_ISREG(status.st_mode)) return add_file(directory, name, entry, status);
    entry.type = S_ISLNK(status.st_mode)    ? TarEntry::Type::symlink
                 : S_ISFIFO(status.st_mode) ? TarEntry::Type::fifo
                 : S_ISBLK(status.st_mode)  ? TarEntry::Type::block
                                            : TarEntry::Type::character;
    if (entry.type == TarEntry::Type::symlink) {
        char target[PATH_MAX];
        auto size =
            check(::readlinkat(directory, name.c_str(), target, sizeof target), "read the link {}", path);
        entry.link.assign(target, static_cast<std::size_t>(size));
    }
    tar_.begin(entry);
    tar_.end();
}

void DiffWalk::add_file(int directory, const std::string& name, TarEntry& entry, const struct stat& status) {
    UniqueFd file(check(::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC),
                        "open {}", entry.path));
    entry.size = entry.payload = status.st_size;
    tar_.begin(entry);
    for (std::int64_t left = entry.size; left > 0;) {
        auto wanted = std::min<std::size_t>(buffer_.size(), static_cast<std::size_t>(left));
        auto count = check(::read(file.get(), buffer_.data(), wanted), "read {}", entry.path);
        if (count == 0) break;  // `end` says that it changed
        tar_.write(Bytes(buffer_).first(static_cast<std::size_t>(count)));
        left -= count;
    }
    tar_.end();
}

void DiffWalk::add_directory(int directory, const std::string& name, const std::string& path,
                             TarEntry& entry) {
    UniqueFd child(check(::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                         "open {}", path));
    entry.type = TarEntry::Type::directory;
    entry.path += "/";
    bool opaque = read_xattrs(fmt::format("/proc/self/fd/{}", child.get()), entry);
    tar_.begin(entry);
    tar_.end();
    if (opaque) add_marker(path + "/.wh..wh..opq");
    walk(child.get(), path + "/");
}

bool DiffWalk::read_xattrs(const std::string& at, TarEntry& entry) {
    // A descriptor's own link is to be followed, a name in a directory is not.
    bool follow = entry.type == TarEntry::Type::directory;
    std::vector<char> names(1024);
    ssize_t size;
    while ((size = follow ? ::listxattr(at.c_str(), names.data(), names.size())
                          : ::llistxattr(at.c_str(), names.data(), names.size())) < 0 &&
           errno == ERANGE)
        names.resize(names.size() * 4);
    if (size < 0 && errno == ENOTSUP) return false;
    check(size, "list the attributes of {}", entry.path);
    bool opaque = false;
    std::string_view rest(names.data(), static_cast<std::size_t>(size));
    while (!rest.empty()) {
        std::string key(rest.substr(0, rest.find('\0')));
        rest.remove_prefix(std::min(rest.size(), key.size() + 1));
        std::string value(XATTR_SIZE_MAX, '\0');
        auto length = follow ? ::getxattr(at.c_str(), key.c_str(), value.data(), value.size())
                             : ::lgetxattr(at.c_str(), key.c_str(), value.data(), value.size());
        if (length < 0 && errno == ENODATA) continue;
        check(length, "read the attribute {} of {}", key, entry.path);
        value.resize(static_cast<std::size_t>(length));
        if (key == "trusted.overlay.opaque" && value == "y") opaque = true;
        if (!key.starts_with(overlay_xattrs)) entry.xattrs[key] = std::move(value);
    }
    return opaque;
}

}  // namespace

void write_diff(const std::filesystem::path& upper, Output& output) { DiffWalk(upper, output).run(); }

}  // namespace dhow::image
