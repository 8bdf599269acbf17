#include "build/files/tree.hpp"

#include <algorithm>

#include <fcntl.h>
#include <limits.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.hpp"
#include "build/files/entry.hpp"
#include "linux/directory.hpp"
#include "linux/path.hpp"

namespace dhow::build::files {

namespace {

class Copier {
  public:
    Copier(const CopyOptions& options, const Cancellation& stop) : options_(options), stop_(stop) {}

    void children(int from, int to, const std::string& path) {
        for (const auto& name : linux::sorted_names(from))
            entry(from, name, to, name, path.empty() ? name : path + "/" + name);
    }

    void entry(int from, const std::string& name, int to, const std::string& as, const std::string& path) {
        stop_.check();
        struct stat status;
        check(::fstatat(from, name.c_str(), &status, AT_SYMLINK_NOFOLLOW), "stat {}", path);
        if (options_.exclude.ignores(path)) {
            if (S_ISDIR(status.st_mode) && options_.exclude.may_hold_exceptions(path))
                folder(from, name, to, as, path, status);
            return;
        }
        if (S_ISDIR(status.st_mode)) return folder(from, name, to, as, path, status);
        if (S_ISSOCK(status.st_mode)) return;
        remove_entry(to, as);
        if (status.st_nlink > 1 && link_known(status, to, as)) return;
        if (S_ISREG(status.st_mode)) {
            auto source = open_entry(from, name, O_RDONLY);
            file(source.get(), to, as, status);
        } else if (S_ISLNK(status.st_mode)) {
            check(::symlinkat(read_link(from, name).c_str(), to, as.c_str()), "make the link {}", path);
        } else {
            check(::mknodat(to, as.c_str(), status.st_mode, status.st_rdev), "make {}", path);
        }
        attributes(fmt::format("/proc/self/fd/{}/{}", from, name), to, as, status);
        if (status.st_nlink > 1) remember_link(status, to, as);
    }

    /// The content of a file that is open already, under a name that is free.
    void file(int source, int to, const std::string& as, const struct stat& status) {
        UniqueFd target(
            check(::openat(to, as.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600),
                  "create {}", as));
        bool by_kernel = true;
        std::vector<char> buffer;
        for (std::int64_t left = status.st_size; left > 0;) {
            stop_.check();
            ssize_t count = -1;
            if (by_kernel) {
                count =
                    ::copy_file_range(source, nullptr, target.get(), nullptr,
                                      static_cast<std::size_t>(std::min<std::int64_t>(left, 64 << 20)), 0);
                by_kernel = count >= 0;
            }
            if (!by_kernel) count = by_hand(source, target.get(), buffer);
            if (count == 0) break;
            left -= count;
        }
    }

    void attributes(const std::string& source, int to, const std::string& as, const struct stat& status) {
        auto owner = options_.owner.value_or(Owner{status.st_uid, status.st_gid});
        check(::fchownat(to, as.c_str(), owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW), "chown {}", as);
        copy_xattrs(source, fmt::format("/proc/self/fd/{}/{}", to, as));
        if (!S_ISLNK(status.st_mode))
            check(::fchmodat(to, as.c_str(), options_.mode.value_or(status.st_mode & 07777), 0), "chmod {}",
                  as);
        timespec times[2] = {status.st_mtim, status.st_mtim};
        check(::utimensat(to, as.c_str(), times, AT_SYMLINK_NOFOLLOW), "set the time of {}", as);
    }

  private:
    void folder(int from, const std::string& name, int to, const std::string& as, const std::string& path,
                const struct stat& status) {
        if (::mkdirat(to, as.c_str(), 0700) != 0) {
            struct stat existing;
            check(::fstatat(to, as.c_str(), &existing, AT_SYMLINK_NOFOLLOW), "stat {}", path);
            if (!S_ISDIR(existing.st_mode)) {
                remove_entry(to, as);
                check(::mkdirat(to, as.c_str(), 0700), "mkdir {}", path);
            }
        }
        auto source = open_entry(from, name, O_RDONLY | O_DIRECTORY);
        auto target = open_entry(to, as, O_RDONLY | O_DIRECTORY);
        children(source.get(), target.get(), path);
        attributes(fmt::format("/proc/self/fd/{}/{}", from, name), to, as, status);
    }

    static ssize_t by_hand(int source, int target, std::vector<char>& buffer) {
        buffer.resize(256 << 10);
        auto count = check(::read(source, buffer.data(), buffer.size()), "read a file");
        for (ssize_t wrote = 0; wrote < count;)
            wrote += check(::write(target, buffer.data() + wrote, static_cast<std::size_t>(count - wrote)),
                           "write a file");
        return count;
    }

    static void copy_xattrs(const std::string& from, const std::string& to) {
        char names[4096];
        auto size = ::llistxattr(from.c_str(), names, sizeof names);
        std::string_view rest(names, size > 0 ? static_cast<std::size_t>(size) : 0);
        while (!rest.empty()) {
            std::string key(rest.substr(0, rest.find('\0')));
            rest.remove_prefix(std::min(rest.size(), key.size() + 1));
            if (key != "security.capability" && !key.starts_with("user.")) continue;
            char value[4096];
            auto length = ::lgetxattr(from.c_str(), key.c_str(), value, sizeof value);
            if (length >= 0 && !key.starts_with("user.overlay."))
                check(::lsetxattr(to.c_str(), key.c_str(), value, static_cast<std::size_t>(length), 0),
                      "set the attribute {}", key);
        }
    }

    bool link_known(const struct stat& status, int to, const std::string& as) {
        auto known = links_.find({status.st_dev, status.st_ino});
        return known != links_.end() && ::linkat(known->second.get(), "", to, as.c_str(), AT_EMPTY_PATH) == 0;
    }
    void remember_link(const struct stat& status, int to, const std::string& as) {
        if (links_.size() < 256 && S_ISREG(status.st_mode))
            links_.emplace(std::pair(status.st_dev, status.st_ino), open_entry(to, as, O_PATH));
    }

    const CopyOptions& options_;
    const Cancellation& stop_;
    std::map<std::pair<dev_t, ino_t>, UniqueFd> links_;
};

}  // namespace

namespace {

/// Where a link that leads to nothing in the root would lead. `folder` holds it, `path` names it in the root.
std::string target_of_link(int folder, const std::string& name, const std::string& path) {
    struct stat status;
    if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISLNK(status.st_mode))
        throw InvalidArgument("cannot make the directory {}: {}", path, errno_text(EEXIST));
    auto target = read_link(folder, name);
    return target.starts_with('/') ? target : path.substr(0, path.rfind('/')) + "/" + target;
}

UniqueFd make_folders(int root, const std::string& path, const Owner& owner, int links_left) {
    UniqueFd folder = linux::open_in_root(root, ".", O_PATH | O_DIRECTORY);
    std::string so_far;
    for (std::size_t start = 0; start < path.size();) {
        auto end = std::min(path.find('/', start), path.size());
        auto part = path.substr(start, end - start);
        start = end + 1;
        if (part.empty() || part == ".") continue;
        so_far += "/" + part;
        auto next = linux::find_in_root(root, so_far, O_PATH | O_DIRECTORY);
        if (!next) {
            if (::mkdirat(folder.get(), part.c_str(), 0755) != 0) {
                if (errno != EEXIST || links_left == 0)
                    throw InvalidArgument("cannot make the directory {}: {}", so_far, errno_text(errno));
                auto target = target_of_link(folder.get(), part, so_far);
                return make_folders(root, target + "/" + path.substr(std::min(start, path.size())), owner,
                                    links_left - 1);
            }
            check(::fchownat(folder.get(), part.c_str(), owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW),
                  "chown {}", so_far);
            next = linux::open_in_root(root, so_far, O_PATH | O_DIRECTORY);
        }
        folder = std::move(*next);
    }
    return folder;
}

}  // namespace

UniqueFd make_folders(int root, const std::string& path, const Owner& owner) {
    constexpr int most_links = 40;  // as the kernel
    return make_folders(root, path, owner, most_links);
}

std::pair<UniqueFd, std::string> place_file(int root, const std::string& destination,
                                            std::string_view name_in_folder, const Owner& owner) {
    if (destination.ends_with('/') || destination.ends_with("/."))
        return {make_folders(root, destination, owner), std::string(name_in_folder)};
    auto path = destination;
    if (auto existing = linux::find_in_root(root, destination, O_PATH)) {
        struct stat status;
        check(::fstat(existing->get(), &status), "stat {}", destination);
        if (S_ISDIR(status.st_mode)) return {std::move(*existing), std::string(name_in_folder)};
        // Where the links led; it is looked up inside of the root again.
        char target[PATH_MAX];
        auto size =
            ::readlink(fmt::format("/proc/self/fd/{}", existing->get()).c_str(), target, sizeof target);
        if (size > 0) path.assign(target, static_cast<std::size_t>(size));
    }
    auto slash = path.rfind('/');
    auto folder = slash == path.npos ? std::string(".") : path.substr(0, slash);
    return {make_folders(root, folder, owner), path.substr(slash == path.npos ? 0 : slash + 1)};
}

void copy_folders(int from, const std::string& pivot, const std::string& path, int to,
                  const std::string& destination, const CopyOptions& options, const Cancellation& stop) {
    Copier copier(options, stop);
    auto owner = options.owner.value_or(Owner{});
    for (std::size_t end = 0; end != path.npos && !path.empty();) {
        end = path.find('/', end + 1);
        auto so_far = path.substr(0, end);
        auto target = destination + "/" + so_far;
        if (linux::find_in_root(to, target, O_PATH | O_DIRECTORY)) continue;
        auto source = linux::open_in_root(from, pivot + "/" + so_far, O_PATH | O_DIRECTORY);
        struct stat status;
        check(::fstat(source.get(), &status), "stat {}", so_far);
        make_folders(to, target, owner);
        auto slash = target.rfind('/');
        auto parent = make_folders(to, target.substr(0, slash), owner);
        copier.attributes(fmt::format("/proc/self/fd/{}", source.get()), parent.get(),
                          target.substr(slash + 1), status);
    }
}

void remove_entry(int folder, const std::string& name) {
    if (::unlinkat(folder, name.c_str(), 0) == 0 || errno == ENOENT) return;
    if (errno != EISDIR) throw_errno("remove " + name);
    {
        auto inside = open_entry(folder, name, O_RDONLY | O_DIRECTORY);
        for (const auto& child : linux::sorted_names(inside.get())) remove_entry(inside.get(), child);
    }
    check(::unlinkat(folder, name.c_str(), AT_REMOVEDIR), "remove {}", name);
}

void copy_source(int from, const Source& source, int to, const std::string& destination,
                 const CopyOptions& options, const Cancellation& stop) {
    Copier copier(options, stop);
    auto owner = options.owner.value_or(Owner{});
    auto entry = linux::open_in_root(from, source.path, O_PATH);
    struct stat status;
    check(::fstat(entry.get(), &status), "stat {}", source.path);
    if (S_ISDIR(status.st_mode)) {
        auto folder = make_folders(to, destination, owner);
        return copier.children(entry.get(), folder.get(), source.excluded_as);
    }
    if (!S_ISREG(status.st_mode)) throw InvalidArgument("{} is neither a file nor a directory", source.path);
    auto base = source.path.substr(source.path.rfind('/') + 1);
    auto [folder, name] = place_file(to, destination, base, owner);
    struct stat existing;
    if (::fstatat(folder.get(), name.c_str(), &existing, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISDIR(existing.st_mode))
        throw InvalidArgument("cannot replace the directory {} with the file {}", name, source.path);
    remove_entry(folder.get(), name);
    copier.file(reopen(entry.get(), O_RDONLY).get(), folder.get(), name, status);
    copier.attributes(fmt::format("/proc/self/fd/{}", entry.get()), folder.get(), name, status);
}

}  // namespace dhow::build::files
