#include "image/layer/unpack.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/defer.hpp"
#include "base/error.hpp"
#include "image/layer/tree.hpp"
#include "store/files.hpp"

namespace dhow::image {

namespace {

constexpr std::string_view whiteout_prefix = ".wh.";
constexpr std::string_view whiteout_meta_prefix = ".wh..wh.";
constexpr std::string_view opaque_marker = ".wh..wh..opq";
constexpr std::string_view overlay_xattrs = "trusted.overlay.";

/// The path of `name` in the folder `folder`, for calls that take no descriptor; its last part is not
/// followed.
std::string proc_path(int folder, std::string_view name) {
    return name.empty() ? fmt::format("/proc/self/fd/{}", folder)
                        : fmt::format("/proc/self/fd/{}/{}", folder, name);
}

/// A link's target is text: nobody follows it here, and in a container it cannot lead out of the root,
/// however far it climbs.
void check_symlink(const TarEntry& entry) {
    if (entry.link.empty())
        throw InvalidArgument("the archive holds a symbolic link to nothing: \"{}\"", entry.path);
    if (entry.link.size() >= PATH_MAX)
        throw InvalidArgument("the archive holds a link of {} bytes", entry.link.size());
}

class Unpacker {
  public:
    Unpacker(TarReader& tar, const std::filesystem::path& diff, RecipeWriter* recipe,
             const UnpackLimits& limits)
        : tar_(tar), tree_(diff), recipe_(recipe), limits_(limits) {}

    Unpacked run() {
        TarEntry entry;
        while (tar_.next(entry)) {
            if (++result_.entries > limits_.entries)
                throw InvalidArgument("the archive holds more than {} entries", limits_.entries);
            apply(entry);
        }
        set_directory_times();
        return result_;
    }

  private:
    void apply(TarEntry& entry);
    static void check_root(const TarEntry& entry);
    void whiteout(int folder, std::string_view folder_path, std::string_view name);
    void make_file(int folder, const std::string& path, const std::string& name, const TarEntry& entry);
    void write_content(int file, const std::string& path, const TarEntry& entry);
    void write_sparse(int file, const std::string& path, const TarEntry& entry);
    void make_hard_link(int folder, const std::string& name, const std::string& path, const TarEntry& entry);
    void make_directory(int folder, const std::string& name, const std::string& path, const TarEntry& entry);
    void make_node(int folder, const std::string& name, const std::string& path, const TarEntry& entry);
    void set_attributes(int folder, const std::string& name, const std::string& path, const TarEntry& entry);
    void set_xattrs(const std::string& at, const std::string& path, const TarEntry& entry, int file = -1);
    void make_room(int folder, const std::string& name, const std::string& path);
    void save_replaced(int folder, const char* name);
    void remove_contents(int folder, const char* name);
    void set_opaque(int folder);
    void set_directory_times();

    TarReader& tar_;
    Tree tree_;
    RecipeWriter* recipe_;
    UnpackLimits limits_;
    Unpacked result_;
    std::unordered_map<std::string, timespec> directory_times_;
    std::unordered_map<ino_t, std::uint32_t> ordinals_;  // of the files a recipe points at
};

void Unpacker::apply(TarEntry& entry) {
    std::string path = clean_entry_path(entry.path);
    if (path.empty()) return check_root(entry);
    auto [folder_path, name_view] = split_path(path);
    std::string name(name_view);
    if (folder_path.find("/.wh.") != folder_path.npos || folder_path.starts_with(whiteout_prefix))
        throw InvalidArgument("the archive holds entries below a whiteout: \"{}\"", entry.path);
    int folder = tree_.folder(folder_path);
    if (name.starts_with(whiteout_prefix)) return whiteout(folder, folder_path, name);
    switch (entry.type) {
        case TarEntry::Type::file:
            return make_file(folder, path, name, entry);
        case TarEntry::Type::hard_link:
            return make_hard_link(folder, name, path, entry);
        case TarEntry::Type::directory:
            return make_directory(folder, name, path, entry);
        default:
            return make_node(folder, name, path, entry);
    }
}

/// What an archive says of its root is not applied, as dockerd's overlay2 has it: most come from a temporary
/// folder of mode 0700, and nobody but root could run anything in such an image.
void Unpacker::check_root(const TarEntry& entry) {
    if (entry.type != TarEntry::Type::directory)
        throw InvalidArgument("the archive holds a root that is no directory");
}

void Unpacker::whiteout(int folder, std::string_view folder_path, std::string_view name) {
    if (name == opaque_marker) return set_opaque(folder);
    // AUFS kept books under such names; they mean nothing to others.
    if (name.starts_with(whiteout_meta_prefix)) return;
    std::string hidden(name.substr(whiteout_prefix.size()));
    if (hidden.empty() || hidden == "." || hidden == "..")
        throw InvalidArgument("the archive holds a whiteout of nothing: \"{}/{}\"", folder_path, name);
    if (::mknodat(folder, hidden.c_str(), S_IFCHR, ::makedev(0, 0)) == 0) return;
    if (errno != EEXIST) throw_errno(fmt::format("whiteout of {} in {}", hidden, folder_path));
    // A whiteout speaks of the layers below. What this layer holds itself stays; a directory hides those
    // below.
    UniqueFd directory(::openat(folder, hidden.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (directory) set_opaque(directory.get());
}

void Unpacker::set_opaque(int folder) {
    check(::setxattr(proc_path(folder, "").c_str(), "trusted.overlay.opaque", "y", 1, 0),
          "mark a directory of a layer as opaque");
}

void Unpacker::make_file(int folder, const std::string& path, const std::string& name,
                         const TarEntry& entry) {
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    UniqueFd file(::openat(folder, name.c_str(), flags, 0600));
    if (!file && errno == EEXIST) {
        make_room(folder, name, path);
        file.reset(::openat(folder, name.c_str(), flags, 0600));
    }
    check(file.get(), "create {} in a layer", path);
    ++result_.files;
    if (result_.first_files.size() < Unpacked::most_first_files) result_.first_files.push_back(path);
    if (entry.sparse)
        write_sparse(file.get(), path, entry);
    else if (entry.size > 0)
        write_content(file.get(), path, entry);
    check(::fchown(file.get(), entry.uid, entry.gid), "chown {} in a layer", path);
    set_xattrs({}, path, entry, file.get());
    check(::fchmod(file.get(), entry.mode), "chmod {} in a layer", path);
    timespec times[2] = {entry.mtime, entry.mtime};
    check(::futimens(file.get(), times), "set the time of {} in a layer", path);
}

void Unpacker::write_content(int file, const std::string& path, const TarEntry& entry) {
    result_.bytes += entry.size;
    if (recipe_) {
        struct stat status;
        check(::fstat(file, &status), "stat {} in a layer", path);
        ordinals_[status.st_ino] = recipe_->payload(path, entry.size);
    }
    for (Bytes bytes = tar_.take(true); !bytes.empty(); bytes = tar_.take(true)) {
        result_.written += static_cast<std::int64_t>(bytes.size());
        if (result_.written > limits_.bytes)
            throw InvalidArgument("the archive holds more than {} bytes", limits_.bytes);
        store::write_all(file, bytes, path);
    }
}

void Unpacker::write_sparse(int file, const std::string& path, const TarEntry& entry) {
    result_.bytes += entry.size;
    check(::ftruncate(file, entry.size), "size {} in a layer", path);
    Bytes bytes;
    for (const auto& run : entry.runs) {
        check(::lseek(file, run.offset, SEEK_SET), "seek in {} in a layer", path);
        for (std::int64_t left = run.length; left > 0;) {
            if (bytes.empty()) bytes = tar_.take();
            auto part = bytes.first(std::min<std::size_t>(bytes.size(), static_cast<std::size_t>(left)));
            store::write_all(file, part, path);
            bytes = bytes.subspan(part.size());
            left -= static_cast<std::int64_t>(part.size());
            result_.written += static_cast<std::int64_t>(part.size());
        }
    }
    if (result_.written > limits_.bytes)
        throw InvalidArgument("the archive holds more than {} bytes", limits_.bytes);
}

void Unpacker::make_hard_link(int folder, const std::string& name, const std::string& path,
                              const TarEntry& entry) {
    std::string target = clean_entry_path(entry.link);
    if (target == path || target.empty())
        throw InvalidArgument("the archive holds a hard link to itself: \"{}\"", entry.path);
    UniqueFd existing;
    try {
        existing = tree_.open(target, O_PATH | O_NOFOLLOW);
    } catch (const SystemError& error) {
        throw InvalidArgument("the archive holds a hard link \"{}\" to \"{}\", which it does not hold: {}",
                              entry.path, entry.link, errno_text(error.error()));
    }
    struct stat status;
    check(::fstat(existing.get(), &status), "stat {} in a layer", target);
    if (S_ISDIR(status.st_mode))
        throw InvalidArgument("the archive holds a hard link to a directory: \"{}\"", entry.path);
    auto link = [&] { return ::linkat(existing.get(), "", folder, name.c_str(), AT_EMPTY_PATH); };
    if (link() == 0) return;
    if (errno == EEXIST) {
        make_room(folder, name, path);
        if (link() == 0) return;
    }
    throw_errno(fmt::format("link {} to {} in a layer", path, target));
}

void Unpacker::make_directory(int folder, const std::string& name, const std::string& path,
                              const TarEntry& entry) {
    if (::mkdirat(folder, name.c_str(), 0700) != 0) {
        if (errno != EEXIST) throw_errno(fmt::format("mkdir {} in a layer", path));
        struct stat status;
        check(::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW), "stat {} in a layer", path);
        if (!S_ISDIR(status.st_mode)) {
            bool was_whiteout = S_ISCHR(status.st_mode) && status.st_rdev == 0;
            make_room(folder, name, path);
            check(::mkdirat(folder, name.c_str(), 0700), "mkdir {} in a layer", path);
            if (was_whiteout) set_opaque(tree_.folder(path));
            folder = tree_.folder(split_path(path).first);
        }
    }
    set_attributes(folder, name, path, entry);
    directory_times_[path] = entry.mtime;
}

void Unpacker::make_node(int folder, const std::string& name, const std::string& path,
                         const TarEntry& entry) {
    auto make = [&] {
        switch (entry.type) {
            case TarEntry::Type::symlink:
                return ::symlinkat(entry.link.c_str(), folder, name.c_str());
            case TarEntry::Type::fifo:
                return ::mknodat(folder, name.c_str(), S_IFIFO | 0600, 0);
            case TarEntry::Type::block:
                return ::mknodat(folder, name.c_str(), S_IFBLK | 0600, ::makedev(entry.major, entry.minor));
            default:
                return ::mknodat(folder, name.c_str(), S_IFCHR | 0600, ::makedev(entry.major, entry.minor));
        }
    };
    if (entry.type == TarEntry::Type::symlink) check_symlink(entry);
    if (entry.type == TarEntry::Type::character && entry.major == 0 && entry.minor == 0)
        throw InvalidArgument("the archive holds a device 0:0, which would be a whiteout: \"{}\"",
                              entry.path);
    if (make() != 0) {
        if (errno != EEXIST) throw_errno(fmt::format("create {} in a layer", path));
        make_room(folder, name, path);
        check(make(), "create {} in a layer", path);
    }
    set_attributes(folder, name, path, entry);
    timespec times[2] = {entry.mtime, entry.mtime};
    check(::utimensat(folder, name.c_str(), times, AT_SYMLINK_NOFOLLOW), "set the time of {} in a layer",
          path);
}

void Unpacker::set_attributes(int folder, const std::string& name, const std::string& path,
                              const TarEntry& entry) {
    check(::fchownat(folder, name.c_str(), entry.uid, entry.gid, AT_SYMLINK_NOFOLLOW), "chown {} in a layer",
          path);
    if (!entry.xattrs.empty()) set_xattrs(proc_path(folder, name), path, entry);
    if (entry.type == TarEntry::Type::symlink) return;
    check(::fchmodat(folder, name.c_str(), entry.mode, 0), "chmod {} in a layer", path);
}

void Unpacker::set_xattrs(const std::string& at, const std::string& path, const TarEntry& entry, int file) {
    for (const auto& [key, value] : entry.xattrs) {
        // They steer overlayfs itself: redirects, metadata without content.
        if (key.starts_with(overlay_xattrs) || key.starts_with("user.overlay."))
            throw InvalidArgument("the archive holds an overlayfs attribute \"{}\" on \"{}\"", key, path);
        int result = file >= 0 ? ::fsetxattr(file, key.c_str(), value.data(), value.size(), 0)
                               : ::lsetxattr(at.c_str(), key.c_str(), value.data(), value.size(), 0);
        // Labels of a security module that is not here, and attributes a symlink cannot have, are left out,
        // as everybody does; capabilities must not be.
        bool may_miss = (errno == ENOTSUP || errno == EPERM) && key != "security.capability";
        if (result != 0 && !may_miss)
            throw_errno(fmt::format("set the attribute {} of {} in a layer", key, path));
    }
}

void Unpacker::make_room(int folder, const std::string& name, const std::string& path) {
    save_replaced(folder, name.c_str());
    if (::unlinkat(folder, name.c_str(), 0) == 0) return;
    if (errno != EISDIR) throw_errno(fmt::format("replace {} in a layer", path));
    remove_contents(folder, name.c_str());
    check(::unlinkat(folder, name.c_str(), AT_REMOVEDIR), "replace {} in a layer", path);
    std::erase_if(directory_times_,
                  [&](const auto& item) { return item.first == path || item.first.starts_with(path + "/"); });
    // The folder of `name` stays open in the caller: only those below may be stale.
    tree_.forget_below(path);
}

void Unpacker::save_replaced(int folder, const char* name) {
    struct stat status;
    if (!recipe_ || ::fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode))
        return;
    auto found = ordinals_.find(status.st_ino);
    if (found == ordinals_.end()) return;
    auto kept = recipe_->replaced(found->second);
    if (::linkat(folder, name, AT_FDCWD, kept.c_str(), 0) != 0 && errno != EEXIST)
        throw_errno(fmt::format("keep {} of a layer", name));
}

void Unpacker::remove_contents(int folder, const char* name) {
    UniqueFd directory(
        check(::openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), "open {}", name));
    int fd = directory.get();
    DIR* stream = ::fdopendir(fd);
    if (!stream) throw_errno("read a directory of a layer");
    (void)directory.release();
    Defer close([&] { ::closedir(stream); });
    while (const dirent* item = ::readdir(stream)) {
        if (std::strcmp(item->d_name, ".") == 0 || std::strcmp(item->d_name, "..") == 0) continue;
        save_replaced(fd, item->d_name);
        if (::unlinkat(fd, item->d_name, 0) == 0) continue;
        remove_contents(fd, item->d_name);
        check(::unlinkat(fd, item->d_name, AT_REMOVEDIR), "remove {} of a layer", item->d_name);
    }
}

void Unpacker::set_directory_times() {
    for (const auto& [path, time] : directory_times_) {
        timespec times[2] = {time, time};
        check(::utimensat(AT_FDCWD, proc_path(tree_.folder(path), "").c_str(), times, 0),
              "set the time of {} in a layer", path);
    }
}

}  // namespace

Unpacked unpack(TarReader& tar, const std::filesystem::path& diff, RecipeWriter* recipe,
                const UnpackLimits& limits) {
    return Unpacker(tar, diff, recipe, limits).run();
}

}  // namespace dhow::image
