#include "build/buildkit/receiver.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.hpp"
#include "build/files/tree.hpp"
#include "linux/directory.hpp"
#include "linux/path.hpp"
#include "store/files.hpp"

namespace dhow::build::buildkit {

namespace {

constexpr std::uint32_t most_files = 8'000'000;
constexpr std::size_t longest_path = 4096;

/// "a/b": relative, and nothing in it that means another place.
void check_path(const std::string& path) {
    bool bad = path.empty() || path.size() > longest_path || path.front() == '/' || path.back() == '/' ||
               path.find('\0') != path.npos;
    for (std::size_t begin = 0; !bad && begin <= path.size();) {
        auto end = std::min(path.find('/', begin), path.size());
        auto part = std::string_view(path).substr(begin, end - begin);
        bad = part.empty() || part == "." || part == "..";
        begin = end + 1;
    }
    if (bad)
        throw InvalidArgument("the client sent a file with the name {:?}: it is no path below its folder",
                              path);
}

mode_t permissions_of(std::uint32_t mode) {
    mode_t bits = mode & go_mode::permissions;
    if ((mode & go_mode::set_uid) != 0) bits |= S_ISUID;
    if ((mode & go_mode::set_gid) != 0) bits |= S_ISGID;
    if ((mode & go_mode::sticky) != 0) bits |= S_ISVTX;
    return bits;
}

timespec time_of(std::int64_t nanoseconds) {
    constexpr std::int64_t second = 1'000'000'000;
    auto rest = nanoseconds % second;
    if (rest < 0) rest += second;
    return {(nanoseconds - rest) / second, rest};
}

void set_time(int fd, const std::string& path, std::int64_t nanoseconds) {
    timespec times[2] = {time_of(nanoseconds), time_of(nanoseconds)};
    check(::futimens(fd, times), "set the time of {}", path);
}

/// Those that a user can set and that mean something in an image; overlayfs's own never come from outside.
bool is_kept(const std::string& name) {
    if (name.starts_with("user.overlay.")) return false;
    return name.starts_with("user.") || name == "security.capability";
}

}  // namespace

Receiver::Receiver(UniqueFd folder) : root_(std::move(folder)) {}

UniqueFd Receiver::parent_of(const std::string& path, std::string& name) const {
    auto slash = path.rfind('/');
    name = slash == path.npos ? path : path.substr(slash + 1);
    auto folder = slash == path.npos ? std::string(".") : path.substr(0, slash);
    auto fd = linux::try_open_in_root(root_.get(), folder.c_str(), O_RDONLY | O_DIRECTORY, 0,
                                      linux::Symlinks::refuse);
    if (fd < 0) throw InvalidArgument("the client sent {:?} without its folder: {}", path, errno_text(-fd));
    return UniqueFd(fd);
}

bool Receiver::describe(const protocol::Stat& stat) {
    const auto& path = stat.path();
    check_path(path);
    auto number = count_++;
    if (count_ > most_files) throw InvalidArgument("the client sent more than {} files", most_files);
    if (!seen_.insert(path).second) throw InvalidArgument("the client sent {:?} twice", path);
    auto type = stat.mode() & go_mode::type;
    if (type == go_mode::directory) {
        make_folder(path, stat);
        return false;
    }
    if (type == 0 && !stat.linkname().empty()) {
        make_link(path, stat);
        return false;
    }
    std::string name;
    auto parent = parent_of(path, name);
    if (type == 0) files_.insert(path);
    if (keep(parent.get(), name, stat)) return false;
    files::remove_entry(parent.get(), name);
    if (type == go_mode::symlink) {
        check(::symlinkat(stat.linkname().c_str(), parent.get(), name.c_str()), "make the link {}", path);
        timespec times[2] = {time_of(stat.mod_time()), time_of(stat.mod_time())};
        ::utimensat(parent.get(), name.c_str(), times, AT_SYMLINK_NOFOLLOW);
        return false;
    }
    if (type == go_mode::named_pipe) {
        check(::mkfifoat(parent.get(), name.c_str(), permissions_of(stat.mode())), "make the pipe {}", path);
        return false;
    }
    if (type != 0)
        throw Forbidden("the client sent the device or socket {:?}: a context cannot hold one", path);
    UniqueFd fd(check(
        ::openat(parent.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600),
        "make {}", path));
    for (const auto& [key, value] : stat.xattrs())
        if (is_kept(key))
            check(::fsetxattr(fd.get(), key.c_str(), value.data(), value.size(), 0), "set {} of {}", key,
                  path);
    // A file that is not complete must never look so: its time and its mode come last.
    fd.reset();
    wanted_[number] = File{path, stat.mode(), stat.mod_time(), {}};
    return true;
}

void Receiver::make_folder(const std::string& path, const protocol::Stat& stat) {
    std::string name;
    auto parent = parent_of(path, name);
    struct stat there{};
    bool exists = ::fstatat(parent.get(), name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0;
    if (exists && !S_ISDIR(there.st_mode)) {
        files::remove_entry(parent.get(), name);
        exists = false;
    }
    if (!exists) check(::mkdirat(parent.get(), name.c_str(), 0700), "make the folder {}", path);
    UniqueFd fd(check(::openat(parent.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                      "open the folder {}", path));
    check(::fchmod(fd.get(), permissions_of(stat.mode())), "chmod {}", path);
    folder_times_.emplace_back(path, stat.mod_time());
}

bool Receiver::keep(int parent, const std::string& name, const protocol::Stat& stat) const {
    struct stat there{};
    if (::fstatat(parent, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) != 0) return false;
    auto time = time_of(stat.mod_time());
    auto type = stat.mode() & go_mode::type;
    if (type == go_mode::symlink) {
        if (!S_ISLNK(there.st_mode)) return false;
        std::string target(stat.linkname().size() + 1, '\0');
        auto size = ::readlinkat(parent, name.c_str(), target.data(), target.size());
        return size == static_cast<ssize_t>(stat.linkname().size()) &&
               target.compare(0, stat.linkname().size(), stat.linkname()) == 0;
    }
    if (type != 0 || !S_ISREG(there.st_mode) || !stat.xattrs().empty()) return false;
    return there.st_size == stat.size() && there.st_mtim.tv_sec == time.tv_sec &&
           there.st_mtim.tv_nsec == time.tv_nsec && there.st_nlink == 1 &&
           (there.st_mode & 07777) == permissions_of(stat.mode());
}

/// A hard link to a file that was described before.
void Receiver::make_link(const std::string& path, const protocol::Stat& stat) {
    const auto& target = stat.linkname();
    check_path(target);
    if (!files_.contains(target))
        throw InvalidArgument("the client sent {:?} as a link to {:?}, which it did not send", path, target);
    std::string name;
    std::string target_name;
    auto parent = parent_of(path, name);
    auto target_parent = parent_of(target, target_name);
    files::remove_entry(parent.get(), name);
    check(::linkat(target_parent.get(), target_name.c_str(), parent.get(), name.c_str(), 0), "link {}", path);
    files_.insert(path);
}

void Receiver::described_all() { remove_others(root_.get(), ""); }

void Receiver::remove_others(int folder, const std::string& path) {
    for (const auto& name : linux::sorted_names(folder)) {
        auto inner = path.empty() ? name : path + "/" + name;
        if (!seen_.contains(inner)) {
            files::remove_entry(folder, name);
            continue;
        }
        int fd = ::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0) continue;
        UniqueFd owner(fd);
        remove_others(fd, inner);
    }
}

void Receiver::open_file(std::uint32_t number, File file) {
    std::string name;
    auto parent = parent_of(file.path, name);
    file.fd.reset(
        check(::openat(parent.get(), name.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC), "open {}", file.path));
    open_[number] = std::move(file);
}

void Receiver::receive(std::uint32_t number, const std::string& bytes) {
    if (auto found = wanted_.find(number); found != wanted_.end()) {
        auto file = std::move(found->second);
        wanted_.erase(found);
        open_file(number, std::move(file));
    }
    auto found = open_.find(number);
    if (found == open_.end())
        throw InvalidArgument("the client sent a file that it was not asked for (number {})", number);
    if (bytes.empty()) return close_file(number);
    bytes_ += static_cast<std::int64_t>(bytes.size());
    store::write_all(found->second.fd.get(), store::as_bytes(bytes), found->second.path);
}

void Receiver::close_file(std::uint32_t number) {
    auto file = std::move(open_[number]);
    open_.erase(number);
    check(::fchmod(file.fd.get(), permissions_of(file.mode)), "chmod {}", file.path);
    set_time(file.fd.get(), file.path, file.time);
}

void Receiver::finish() {
    // The innermost first: a change in a folder would touch its time, but none comes any more.
    for (auto entry = folder_times_.rbegin(); entry != folder_times_.rend(); ++entry) {
        std::string name;
        auto parent = parent_of(entry->first, name);
        UniqueFd fd(
            check(::openat(parent.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                  "open {}", entry->first));
        set_time(fd.get(), entry->first, entry->second);
    }
}

}  // namespace dhow::build::buildkit
