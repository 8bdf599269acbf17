#include "tar/extract.hpp"

#include <map>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "linux/directory.hpp"
#include "linux/path.hpp"

namespace dhow::tar {

namespace {

/// "./a//b/" -> "a/b"; "" is the folder itself.
std::string relative_path(const std::string& path) {
    std::string clean;
    for (std::size_t start = 0; start < path.size();) {
        auto end = std::min(path.find('/', start), path.size());
        auto part = path.substr(start, end - start);
        start = end + 1;
        if (part.empty() || part == ".") continue;
        if (part == "..") throw InvalidArgument("invalid archive: \"{}\" is outside of it", path);
        clean += (clean.empty() ? "" : "/") + part;
    }
    return clean;
}

std::pair<std::string, std::string> split(const std::string& path) {
    auto slash = path.rfind('/');
    if (slash == path.npos) return {"", path};
    return {path.substr(0, slash), path.substr(slash + 1)};
}

void remove_contents(int folder) {
    for (const auto& name : linux::sorted_names(folder)) {
        if (::unlinkat(folder, name.c_str(), 0) == 0) continue;
        if (errno != EISDIR) throw_errno("remove " + name);
        UniqueFd child(check(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                             "open {}", name));
        remove_contents(child.get());
        check(::unlinkat(folder, name.c_str(), AT_REMOVEDIR), "remove {}", name);
    }
}

class Extraction {
  public:
    Extraction(TarReader& tar, int root, const std::string& folder, const ExtractOptions& options)
        : tar_(tar), root_(root), folder_(folder), options_(options) {}

    void run() {
        TarEntry entry;
        while (tar_.next(entry)) {
            auto path = relative_path(renamed(entry.path));
            if (path.empty())
                apply_to_folder(entry);
            else
                apply(entry, path);
        }
        for (const auto& [path, time] : folder_times_) {
            auto folder = linux::find_in_root(root_, inside(path), O_RDONLY | O_DIRECTORY);
            timespec times[2] = {time, time};
            if (folder) check(::futimens(folder->get(), times), "set the time of {}", path);
        }
    }

  private:
    std::string renamed(const std::string& path) const {
        return options_.rename ? options_.rename(path) : path;
    }

    std::string inside(const std::string& path) const {
        return path.empty() ? folder_ : folder_ + "/" + path;
    }

    void apply_to_folder(const TarEntry& entry) {
        if (entry.type != TarEntry::Type::directory)
            throw InvalidArgument("invalid archive: it holds a root that is no directory");
        auto folder = linux::open_in_root(root_, folder_, O_RDONLY | O_DIRECTORY);
        set_attributes(folder.get(), "", entry);
        folder_times_[""] = entry.mtime;
    }

    void apply(const TarEntry& entry, const std::string& path) {
        auto [above, name] = split(path);
        auto parent = linux::make_directories_in_root(root_, inside(above));
        if (entry.type == TarEntry::Type::directory) {
            make_folder(parent.get(), name, path);
            set_attributes(parent.get(), name, entry);
            folder_times_[path] = entry.mtime;
            return;
        }
        make_room(parent.get(), name, path);
        if (entry.type == TarEntry::Type::hard_link) return make_link(parent.get(), name, entry);
        if (entry.type == TarEntry::Type::file) return make_file(parent.get(), name, entry);
        make_node(parent.get(), name, entry);
        set_attributes(parent.get(), name, entry);
        set_time(parent.get(), name, entry);
    }

    void make_folder(int parent, const std::string& name, const std::string& path) const {
        struct stat status;
        if (::fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
            if (S_ISDIR(status.st_mode)) return;
            if (options_.keeps_kinds)
                throw InvalidArgument("cannot overwrite non-directory \"{}\" with directory \"{}\"",
                                      "/" + inside(path), "/" + inside(path));
            check(::unlinkat(parent, name.c_str(), 0), "remove {}", path);
        }
        check(::mkdirat(parent, name.c_str(), 0700), "mkdir {}", path);
    }

    void make_room(int parent, const std::string& name, const std::string& path) const {
        if (::unlinkat(parent, name.c_str(), 0) == 0 || errno == ENOENT) return;
        if (errno != EISDIR) throw_errno("replace " + path);
        if (options_.keeps_kinds)
            throw InvalidArgument("cannot overwrite directory \"{}\" with non-directory \"{}\"",
                                  "/" + inside(path), "/" + inside(path));
        UniqueFd child(check(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                             "open {}", path));
        remove_contents(child.get());
        check(::unlinkat(parent, name.c_str(), AT_REMOVEDIR), "replace {}", path);
    }

    void make_link(int parent, const std::string& name, const TarEntry& entry) const {
        auto target = relative_path(renamed(entry.link));
        auto existing = linux::open_in_root(root_, inside(target), O_PATH | O_NOFOLLOW);
        check(::linkat(AT_FDCWD, fmt::format("/proc/self/fd/{}", existing.get()).c_str(), parent,
                       name.c_str(), AT_SYMLINK_FOLLOW),
              "link {} to {}", entry.path, entry.link);
    }

    void make_file(int parent, const std::string& name, const TarEntry& entry) {
        UniqueFd file(
            check(::openat(parent, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600),
                  "create {}", entry.path));
        try {
            write_content(file.get(), entry);
        } catch (...) {
            // Half a file is worth nothing, and on a full disk its place is needed.
            ::unlinkat(parent, name.c_str(), 0);
            throw;
        }
        set_attributes(parent, name, entry, file.get());
        timespec times[2] = {entry.mtime, entry.mtime};
        check(::futimens(file.get(), times), "set the time of {}", entry.path);
    }

    void write_content(int file, const TarEntry& entry) {
        auto runs = entry.sparse ? entry.runs : std::vector<SparseRun>{{0, entry.size}};
        check(::ftruncate(file, entry.sparse ? entry.size : 0), "size {}", entry.path);
        Bytes bytes;
        for (const auto& run : runs) {
            check(::lseek(file, run.offset, SEEK_SET), "seek in {}", entry.path);
            for (std::int64_t left = run.length; left > 0;) {
                if (bytes.empty()) bytes = tar_.take();
                auto part = bytes.first(std::min<std::size_t>(bytes.size(), static_cast<std::size_t>(left)));
                auto count = ::write(file, part.data(), part.size());
                if (count < 0 && errno == EINTR) continue;
                check(count, "write {}", entry.path);
                bytes = bytes.subspan(static_cast<std::size_t>(count));
                left -= count;
            }
        }
    }

    static void make_node(int parent, const std::string& name, const TarEntry& entry) {
        if (entry.type == TarEntry::Type::symlink) {
            check(::symlinkat(entry.link.c_str(), parent, name.c_str()), "create {}", entry.path);
            return;
        }
        auto type = entry.type == TarEntry::Type::fifo    ? S_IFIFO
                    : entry.type == TarEntry::Type::block ? S_IFBLK
                                                          : S_IFCHR;
        check(::mknodat(parent, name.c_str(), type | 0600, ::makedev(entry.major, entry.minor)), "create {}",
              entry.path);
    }

    /// Of the entry `name` in the open folder `parent`, or of `parent` itself when the name is empty.
    void set_attributes(int parent, const std::string& name, const TarEntry& entry, int file = -1) const {
        auto at = name.empty() ? fmt::format("/proc/self/fd/{}", parent)
                               : fmt::format("/proc/self/fd/{}/{}", parent, name);
        int flags = name.empty() ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW;
        if (options_.owner)
            check(::fchownat(parent, name.c_str(), options_.owner->first, options_.owner->second, flags),
                  "chown {}", entry.path);
        else if (options_.keeps_owners)
            check(::fchownat(parent, name.c_str(), entry.uid, entry.gid, flags), "chown {}", entry.path);
        for (const auto& [key, value] : entry.xattrs) {
            int result = file >= 0      ? ::fsetxattr(file, key.c_str(), value.data(), value.size(), 0)
                         : name.empty() ? ::setxattr(at.c_str(), key.c_str(), value.data(), value.size(), 0)
                                        : ::lsetxattr(at.c_str(), key.c_str(), value.data(), value.size(), 0);
            // Labels of a security module that is not here, and what this user may not set.
            if (result != 0 && errno != ENOTSUP && errno != EPERM)
                throw_errno(fmt::format("set the attribute {} of {}", key, entry.path));
        }
        if (entry.type == TarEntry::Type::symlink) return;
        if (file >= 0)
            check(::fchmod(file, entry.mode), "chmod {}", entry.path);
        else if (name.empty())
            check(::fchmod(parent, entry.mode), "chmod {}", entry.path);
        else
            set_mode(parent, name, entry);
    }

    /// fchmodat(2) follows links, and the name may have become one.
    static void set_mode(int parent, const std::string& name, const TarEntry& entry) {
        UniqueFd made(
            check(::openat(parent, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC), "open {}", entry.path));
        struct stat status;
        check(::fstat(made.get(), &status), "stat {}", entry.path);
        if (S_ISLNK(status.st_mode)) throw SystemError(ELOOP, "chmod " + entry.path);
        check(::chmod(fmt::format("/proc/self/fd/{}", made.get()).c_str(), entry.mode), "chmod {}",
              entry.path);
    }

    static void set_time(int parent, const std::string& name, const TarEntry& entry) {
        timespec times[2] = {entry.mtime, entry.mtime};
        check(::utimensat(parent, name.c_str(), times, AT_SYMLINK_NOFOLLOW), "set the time of {}",
              entry.path);
    }

    TarReader& tar_;
    int root_;
    std::string folder_;
    ExtractOptions options_;
    std::map<std::string, timespec> folder_times_;
};

}  // namespace

void extract(TarReader& tar, int root, const std::string& folder, const ExtractOptions& options) {
    Extraction(tar, root, folder, options).run();
}

}  // namespace dhow::tar
