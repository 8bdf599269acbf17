#include "tar/tree_writer.hpp"

#include <algorithm>

#include <fcntl.h>
#include <limits.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "linux/directory.hpp"

namespace dhow::tar {

namespace {

constexpr std::string_view overlay_xattrs = "trusted.overlay.";

TarEntry entry_of(const std::string& path, const struct stat& status) {
    TarEntry entry;
    entry.path = path;
    entry.mode = status.st_mode & 07777;
    entry.uid = status.st_uid;
    entry.gid = status.st_gid;
    entry.mtime.tv_sec = status.st_mtim.tv_sec;
    entry.major = ::major(status.st_rdev);
    entry.minor = ::minor(status.st_rdev);
    entry.type = S_ISDIR(status.st_mode)    ? TarEntry::Type::directory
                 : S_ISREG(status.st_mode)  ? TarEntry::Type::file
                 : S_ISLNK(status.st_mode)  ? TarEntry::Type::symlink
                 : S_ISFIFO(status.st_mode) ? TarEntry::Type::fifo
                 : S_ISBLK(status.st_mode)  ? TarEntry::Type::block
                                            : TarEntry::Type::character;
    return entry;
}

std::string link_target(int parent, const std::string& name, const std::string& path) {
    char target[PATH_MAX];
    auto size = check(::readlinkat(parent, name.c_str(), target, sizeof target), "read the link {}", path);
    return {target, static_cast<std::size_t>(size)};
}

bool vanished(const SystemError& error) {
    return error.error() == ENOENT || error.error() == ESTALE || error.error() == ENOTDIR;
}

}  // namespace

TreeWriter::TreeWriter(Output& output, TreeOptions options)
    : tar_(output), options_(std::move(options)), buffer_(256 << 10) {}

void TreeWriter::contents(int folder) { walk(folder, ""); }

void TreeWriter::folder(int folder) {
    struct stat status;
    check(::fstat(folder, &status), "stat a folder");
    auto entry = entry_of(options_.prefix.empty() ? "./" : options_.prefix, status);
    read_xattrs(folder, "", entry);
    tar_.begin(entry);
    tar_.end();
    walk(folder, "");
}

void TreeWriter::single(int parent, const std::string& name, const std::string& as) {
    struct stat status;
    check(::fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW), "stat {}", name);
    options_.prefix.clear();
    options_.takes = nullptr;
    add(parent, name, as, status);
}

void TreeWriter::walk(int folder, const std::string& path) {
    for (const auto& name : linux::sorted_names(folder)) {
        if (options_.takes && !options_.takes(path + name)) continue;
        struct stat status;
        if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
            if (options_.in_use && errno == ENOENT) continue;
            throw_errno(fmt::format("stat {}{}", path, name));
        }
        add(folder, name, path + name, status);
    }
}

void TreeWriter::add_marker(const std::string& path) {
    TarEntry marker;
    marker.path = options_.prefix + path;
    tar_.begin(marker);
    tar_.end();
}

void TreeWriter::add(int parent, const std::string& name, const std::string& path,
                     const struct stat& status) {
    if (S_ISSOCK(status.st_mode)) return;
    if (options_.overlay && S_ISCHR(status.st_mode) && status.st_rdev == 0)
        return add_marker(path.substr(0, path.size() - name.size()) + ".wh." + name);
    auto entry = entry_of(options_.prefix + path, status);
    try {
        if (S_ISDIR(status.st_mode)) {
            UniqueFd child(
                check(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                      "open {}", path));
            return add_folder(child.get(), path, entry);
        }
        if (status.st_nlink > 1) {
            auto known = links_.find({status.st_dev, status.st_ino});
            if (known != links_.end()) {
                entry.type = TarEntry::Type::hard_link;
                entry.link = known->second;
                tar_.begin(entry);
                return tar_.end();
            }
        }
        size_ += status.st_size;
        if (S_ISREG(status.st_mode)) return add_file(parent, name, entry, status);
        read_xattrs(-1, fmt::format("/proc/self/fd/{}/{}", parent, name), entry);
        if (S_ISLNK(status.st_mode)) entry.link = link_target(parent, name, path);
    } catch (const SystemError& error) {
        if (options_.in_use && vanished(error)) return;
        throw;
    }
    if (status.st_nlink > 1) links_.emplace(Inode{status.st_dev, status.st_ino}, entry.path);
    tar_.begin(entry);
    tar_.end();
}

void TreeWriter::add_file(int parent, const std::string& name, TarEntry& entry, const struct stat& status) {
    UniqueFd file(check(::openat(parent, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC),
                        "open {}", entry.path));
    struct stat opened;
    check(::fstat(file.get(), &opened), "stat {}", entry.path);
    if (!S_ISREG(opened.st_mode)) throw SystemError(ESTALE, "open " + entry.path);
    entry.size = entry.payload = opened.st_size;
    read_xattrs(file.get(), "", entry);
    if (status.st_nlink > 1) links_.emplace(Inode{status.st_dev, status.st_ino}, entry.path);
    tar_.begin(entry);
    write_content(file.get(), entry);
    tar_.end();
}

void TreeWriter::write_content(int file, const TarEntry& entry) {
    for (std::int64_t left = entry.size; left > 0;) {
        auto wanted = std::min<std::size_t>(buffer_.size(), static_cast<std::size_t>(left));
        ssize_t count = 0;
        while ((count = ::read(file, buffer_.data(), wanted)) < 0 && errno == EINTR) {
        }
        // Its header is out: an error of its own kind, which is never taken for a file that vanished.
        if (count < 0) throw InternalError("read {}: {}", entry.path, errno_text(errno));
        if (count == 0) {
            if (!options_.in_use) break;  // `end` says that it changed
            std::fill_n(buffer_.begin(), wanted, std::byte{});
            count = static_cast<ssize_t>(wanted);
        }
        tar_.write(Bytes(buffer_).first(static_cast<std::size_t>(count)));
        left -= count;
    }
}

void TreeWriter::add_folder(int folder, const std::string& path, TarEntry& entry) {
    entry.path += "/";
    bool opaque = read_xattrs(folder, "", entry);
    tar_.begin(entry);
    tar_.end();
    if (options_.overlay && opaque) add_marker(path + "/.wh..wh..opq");
    walk(folder, path + "/");
}

bool TreeWriter::read_xattrs(int fd, const std::string& at, TarEntry& entry) {
    std::vector<char> names(1024);
    ssize_t size;
    while ((size = fd >= 0 ? ::flistxattr(fd, names.data(), names.size())
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
        auto length = fd >= 0 ? ::fgetxattr(fd, key.c_str(), value.data(), value.size())
                              : ::lgetxattr(at.c_str(), key.c_str(), value.data(), value.size());
        if (length < 0 && (errno == ENODATA || errno == ENOTSUP)) continue;
        check(length, "read the attribute {} of {}", key, entry.path);
        value.resize(static_cast<std::size_t>(length));
        if (key == "trusted.overlay.opaque" && value == "y") opaque = true;
        if (!key.starts_with(overlay_xattrs)) entry.xattrs[key] = std::move(value);
    }
    return opaque;
}

}  // namespace dhow::tar
