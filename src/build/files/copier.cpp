#include "build/files/copier.hpp"

#include <algorithm>
#include <system_error>

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.hpp"
#include "build/files/entry.hpp"
#include "linux/directory.hpp"

namespace dhow::build::files {

namespace {

// Each holds two descriptors.
constexpr std::size_t most_waiting = 64;

void copy_xattrs(int from, int to) {
    char names[4096];
    auto size = ::flistxattr(from, names, sizeof names);
    std::string_view rest(names, size > 0 ? static_cast<std::size_t>(size) : 0);
    while (!rest.empty()) {
        std::string key(rest.substr(0, rest.find('\0')));
        rest.remove_prefix(std::min(rest.size(), key.size() + 1));
        if (key != "security.capability" && !key.starts_with("user.")) continue;
        char value[4096];
        auto length = ::fgetxattr(from, key.c_str(), value, sizeof value);
        if (length >= 0 && !key.starts_with("user.overlay."))
            check(::fsetxattr(to, key.c_str(), value, static_cast<std::size_t>(length), 0),
                  "set the attribute {}", key);
    }
}

}  // namespace

void Copier::tree(int from, int to, const std::string& path) {
    busy_ = 1;
    try {
        children(from, to, path);
    } catch (...) {
        fail(std::current_exception());
    }
    work();
    threads_.clear();
    if (failure_) std::rethrow_exception(failure_);
}

void Copier::children(int from, int to, const std::string& path) {
    for (const auto& name : linux::sorted_names(from))
        entry(from, name, to, path.empty() ? name : path + "/" + name);
}

void Copier::entry(int from, const std::string& name, int to, const std::string& path) {
    stop_.check();
    struct stat status;
    check(::fstatat(from, name.c_str(), &status, AT_SYMLINK_NOFOLLOW), "stat {}", path);
    if (options_.exclude.ignores(path)) {
        if (S_ISDIR(status.st_mode) && options_.exclude.may_hold_exceptions(path))
            folder(from, name, to, path, status);
        return;
    }
    if (S_ISDIR(status.st_mode)) return folder(from, name, to, path, status);
    if (S_ISSOCK(status.st_mode)) return;
    if (status.st_nlink > 1) return linked(from, name, to, status);
    if (S_ISREG(status.st_mode)) return file(open_entry(from, name, O_RDONLY).get(), to, name, status);
    node(from, name, to, status);
}

void Copier::folder(int from, const std::string& name, int to, const std::string& path,
                    const struct stat& status) {
    if (::mkdirat(to, name.c_str(), 0700) != 0) {
        struct stat existing;
        check(::fstatat(to, name.c_str(), &existing, AT_SYMLINK_NOFOLLOW), "stat {}", path);
        if (!S_ISDIR(existing.st_mode)) {
            remove_entry(to, name);
            check(::mkdirat(to, name.c_str(), 0700), "mkdir {}", path);
        }
    }
    Folder inner{open_entry(from, name, O_RDONLY | O_DIRECTORY), open_entry(to, name, O_RDONLY | O_DIRECTORY),
                 name, path, status};
    if (!hand_over(inner)) finish(inner);
}

void Copier::finish(const Folder& folder) {
    children(folder.source.get(), folder.target.get(), folder.path);
    attributes(folder.source.get(), folder.target.get(), folder.name, folder.status);
}

/// A file that may have another name in the tree.
void Copier::linked(int from, const std::string& name, int to, const struct stat& status) {
    std::lock_guard lock(links_mutex_);
    remove_entry(to, name);
    if (link_known(status, to, name)) return;
    if (S_ISREG(status.st_mode))
        file(open_entry(from, name, O_RDONLY).get(), to, name, status);
    else
        node(from, name, to, status);
    remember_link(status, to, name);
}

void Copier::file(int source, int to, const std::string& as, const struct stat& status) {
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    auto mode = options_.mode.value_or(status.st_mode & 07777) & 0777;
    int fd = ::openat(to, as.c_str(), flags, mode);
    if (fd < 0 && errno == EEXIST) {
        remove_entry(to, as);
        fd = ::openat(to, as.c_str(), flags, mode);
    }
    UniqueFd target(check(fd, "create {}", as));
    for (std::int64_t left = status.st_size; left > 0;) {
        stop_.check();
        auto count = copy_some(source, target.get(), left);
        if (count == 0) break;
        left -= count;
    }
    attributes(source, target.get(), as, status);
}

/// The kernel may share blocks between two files of one file system; an overlay is another one.
std::int64_t Copier::copy_some(int source, int target, std::int64_t left) {
    auto most = static_cast<std::size_t>(std::min<std::int64_t>(left, 64 << 20));
    if (shares_blocks_) {
        auto count = ::copy_file_range(source, nullptr, target, nullptr, most, 0);
        if (count >= 0) return count;
        shares_blocks_ = false;
    }
    return check(::sendfile(target, source, nullptr, most), "copy a file");
}

void Copier::attributes(int source, int target, const std::string& as, const struct stat& status) const {
    auto owner = options_.owner.value_or(Owner{status.st_uid, status.st_gid});
    auto mode = options_.mode.value_or(status.st_mode & 07777);
    // Mostly it was made as it shall be, and looking costs less than setting.
    struct stat made;
    check(::fstat(target, &made), "stat {}", as);
    bool other_owner = made.st_uid != owner.uid || made.st_gid != owner.gid;
    if (other_owner) check(::fchown(target, owner.uid, owner.gid), "chown {}", as);
    copy_xattrs(source, target);
    // A change of the owner takes set-user-ID away.
    if (other_owner || (made.st_mode & 07777) != mode) check(::fchmod(target, mode), "chmod {}", as);
    timespec times[2] = {status.st_mtim, status.st_mtim};
    check(::futimens(target, times), "set the time of {}", as);
}

/// A symbolic link, pipe or device. The attributes that are copied cannot be on one.
void Copier::node(int from, const std::string& name, int to, const struct stat& status) const {
    bool is_link = S_ISLNK(status.st_mode);
    auto make = [&] {
        return is_link ? ::symlinkat(read_link(from, name).c_str(), to, name.c_str())
                       : ::mknodat(to, name.c_str(), status.st_mode, status.st_rdev);
    };
    int made = make();
    if (made != 0 && errno == EEXIST) {
        remove_entry(to, name);
        made = make();
    }
    check(made, "make {}", name);
    auto owner = options_.owner.value_or(Owner{status.st_uid, status.st_gid});
    check(::fchownat(to, name.c_str(), owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW), "chown {}", name);
    if (!is_link)
        check(::fchmodat(to, name.c_str(), options_.mode.value_or(status.st_mode & 07777), 0), "chmod {}",
              name);
    timespec times[2] = {status.st_mtim, status.st_mtim};
    check(::utimensat(to, name.c_str(), times, AT_SYMLINK_NOFOLLOW), "set the time of {}", name);
}

bool Copier::link_known(const struct stat& status, int to, const std::string& as) {
    auto known = links_.find({status.st_dev, status.st_ino});
    return known != links_.end() && ::linkat(known->second.get(), "", to, as.c_str(), AT_EMPTY_PATH) == 0;
}

void Copier::remember_link(const struct stat& status, int to, const std::string& as) {
    if (links_.size() < 256 && S_ISREG(status.st_mode))
        links_.emplace(std::pair(status.st_dev, status.st_ino), open_entry(to, as, O_PATH));
}

bool Copier::hand_over(Folder& folder) {
    if (options_.threads <= 1) return false;
    std::lock_guard lock(mutex_);
    if (waiting_.size() >= most_waiting) return false;
    waiting_.push_back(std::move(folder));
    changed_.notify_one();
    if (threads_.size() + 1 < options_.threads) {
        ++busy_;
        try {
            threads_.emplace_back([this] { work(); });
        } catch (const std::system_error&) {
            --busy_;  // those that there are do it all
        }
    }
    return true;
}

void Copier::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        // Whoever has nothing to do waits for those who may find more.
        if (--busy_ == 0) changed_.notify_all();
        changed_.wait(lock, [&] { return !waiting_.empty() || busy_ == 0; });
        if (waiting_.empty()) return;
        ++busy_;
        auto folder = std::move(waiting_.back());
        waiting_.pop_back();
        lock.unlock();
        try {
            if (!failed_) finish(folder);
        } catch (...) {
            fail(std::current_exception());
        }
        lock.lock();
    }
}

void Copier::fail(std::exception_ptr failure) {
    std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(failure);
    failed_ = true;
}

}  // namespace dhow::build::files
