#include "build/contexts/receiver.hpp"

#include <algorithm>
#include <limits>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/timespec.hpp"
#include "build/files/tree.hpp"
#include "linux/directory.hpp"
#include "linux/path.hpp"
#include "store/files.hpp"

namespace dhow::build {

namespace {

// Some hundred bytes each are in memory.
constexpr std::uint32_t most_files = 2'000'000;
constexpr std::int64_t most_bytes = std::int64_t{256} << 30;
constexpr std::size_t longest_path = 4095;

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

/// Those that a user can set and that mean something in an image; overlayfs's own never come from outside.
bool is_kept(const std::string& name) {
    if (name.starts_with("user.overlay.")) return false;
    return name.starts_with("user.") || name == "security.capability";
}

bool same(const std::optional<FileIdentity>& before, const std::optional<FileIdentity>& now) {
    if (!before || !now) return !before && !now;
    return before->settled && before->inode == now->inode && before->changed == now->changed;
}

}  // namespace

Receiver::Receiver(std::filesystem::path files, std::filesystem::path index)
    : root_(check(::open(files.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), "open {}",
                  files.native())),
      index_(std::move(index)) {
    auto known = index_.empty() ? std::nullopt : read_index(index_);
    if (known) {
        files_ = std::move(*known);
        return;
    }
    for (const auto& name : linux::sorted_names(root_.get())) files::remove_entry(root_.get(), name);
    begin_changes();
}

Receiver::~Receiver() {
    if (finished_ || !changed_) return;
    try {
        for (auto& [number, file] : wanted_) {
            if (!file.fd) continue;
            enter(*file.path);
            files::remove_entry(parent_.get(), name_);
        }
        // What came into them has touched them.
        for (const auto& [path, time] : folder_times_)
            files_.at(path).time = std::numeric_limits<std::int64_t>::min();
        if (!index_.empty()) write_index(index_, files_);
    } catch (const Error&) {
        // Without an index nothing here is believed.
    }
}

void Receiver::begin_changes() {
    if (std::exchange(changed_, true) || index_.empty()) return;
    if (::unlink(index_.c_str()) != 0 && errno != ENOENT) throw_errno("remove " + index_.native());
}

void Receiver::enter(const std::string& path) {
    auto slash = path.rfind('/');
    name_ = slash == path.npos ? path : path.substr(slash + 1);
    auto folder = slash == path.npos ? std::string() : path.substr(0, slash);
    if (parent_ && folder == parent_path_) return;
    auto known = files_.find(folder);
    bool described = known != files_.end() && known->second.described && S_ISDIR(known->second.mode);
    int fd = folder.empty() || described
                 ? linux::try_open_in_root(root_.get(), folder.empty() ? "." : folder.c_str(),
                                           O_RDONLY | O_DIRECTORY, 0, linux::Symlinks::refuse)
                 : -ENOENT;
    if (fd < 0) throw InvalidArgument("the client sent {:?} without its folder: {}", path, errno_text(-fd));
    parent_.reset(fd);
    parent_path_ = std::move(folder);
}

bool Receiver::describe(const SentFile& file) {
    check_path(file.path);
    auto number = count_++;
    if (count_ > most_files) throw InvalidArgument("the client sent more than {} files", most_files);
    auto [place, is_new] = files_.try_emplace(file.path);
    auto& known = place->second;
    if (is_new) known.complete = false;
    if (std::exchange(known.described, true)) throw InvalidArgument("the client sent {:?} twice", file.path);
    enter(file.path);
    if (S_ISDIR(file.mode)) {
        make_folder(file, known);
        return false;
    }
    if (file.same_as.empty() && is_here(file, known)) return false;
    begin_changes();
    known.complete = false;
    files::remove_entry(parent_.get(), name_);
    known = KeptFile{file.mode, file.size, file.time, file.identity, file.link, 0, 0, {}, false, true};
    // Nothing says whether one of these has changed.
    if (!file.same_as.empty() || !file.attributes.empty()) known.identity = FileIdentity{0, 0, false};
    if (!file.same_as.empty()) {
        auto target = files_.find(file.same_as);
        if (target == files_.end() || !target->second.described || !S_ISREG(target->second.mode))
            throw InvalidArgument("the client sent {:?} as a link to {:?}, which it did not send", file.path,
                                  file.same_as);
        links_.emplace_back(file.path, file.same_as);
        return false;
    }
    if (!S_ISREG(file.mode)) {
        make_node(file, known);
        return false;
    }
    wanted_[number] = File{&place->first, &known, file.attributes, file.size, 0, {}, {}};
    return true;
}

bool Receiver::is_here(const SentFile& file, const KeptFile& known) const {
    if (!known.complete || known.mode != file.mode || known.size != file.size || known.time != file.time ||
        known.link != file.link || !file.attributes.empty() || !same(known.identity, file.identity))
        return false;
    struct stat copy;
    return ::fstatat(parent_.get(), name_.c_str(), &copy, AT_SYMLINK_NOFOLLOW) == 0 &&
           copy.st_ino == known.inode && nanoseconds(copy.st_ctim) == known.changed;
}

void Receiver::note_copy(KeptFile& entry) const {
    struct stat copy;
    check(::fstatat(parent_.get(), name_.c_str(), &copy, AT_SYMLINK_NOFOLLOW), "stat {}", name_);
    entry.inode = copy.st_ino;
    entry.changed = nanoseconds(copy.st_ctim);
    entry.complete = true;
}

void Receiver::make_folder(const SentFile& file, KeptFile& known) {
    struct stat there{};
    bool is_folder = known.complete &&
                     ::fstatat(parent_.get(), name_.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 &&
                     S_ISDIR(there.st_mode);
    if (!is_folder) {
        begin_changes();
        files::remove_entry(parent_.get(), name_);
        check(::mkdirat(parent_.get(), name_.c_str(), 0700), "make the folder {}", file.path);
    }
    if ((there.st_mode & 07777) != (file.mode & 07777) || !is_folder)
        check(::fchmodat(parent_.get(), name_.c_str(), file.mode & 07777, 0), "chmod {}", file.path);
    bool other = known.mode != file.mode || known.time != file.time;
    if (other) begin_changes();
    known = KeptFile{file.mode, 0, file.time, {}, {}, 0, 0, {}, true, true};
    folder_times_.emplace_back(file.path, file.time);
}

void Receiver::make_node(const SentFile& file, KeptFile& known) {
    auto type = file.mode & S_IFMT;
    if (type == S_IFLNK)
        check(::symlinkat(file.link.c_str(), parent_.get(), name_.c_str()), "make the link {}", file.path);
    else if (type == S_IFIFO)
        check(::mknodat(parent_.get(), name_.c_str(), S_IFIFO | 0600, 0), "make the pipe {}", file.path);
    else
        throw Forbidden("the client sent the device or socket {:?}: a context cannot hold one", file.path);
    if (type == S_IFIFO)
        check(::fchmodat(parent_.get(), name_.c_str(), file.mode & 07777, 0), "chmod {}", file.path);
    timespec times[2] = {timespec_of(file.time), timespec_of(file.time)};
    ::utimensat(parent_.get(), name_.c_str(), times, AT_SYMLINK_NOFOLLOW);
    note_copy(known);
}

void Receiver::described_all() {
    std::vector<std::string> gone;
    for (const auto& [path, file] : files_)
        if (!file.described) gone.push_back(path);
    // A folder comes before what is in it, which goes with it.
    std::ranges::sort(gone);
    if (!gone.empty()) begin_changes();
    for (const auto& path : gone) {
        auto slash = path.rfind('/');
        auto parent = files_.find(slash == path.npos ? std::string() : path.substr(0, slash));
        bool stays = slash == path.npos || (parent != files_.end() && S_ISDIR(parent->second.mode));
        if (stays) {
            enter(path);
            files::remove_entry(parent_.get(), name_);
        }
        files_.erase(path);
    }
}

Receiver::File& Receiver::find_wanted(std::uint32_t number) {
    auto found = wanted_.find(number);
    if (found == wanted_.end())
        throw InvalidArgument("the client sent a file that it was not asked for (number {})", number);
    return found->second;
}

void Receiver::open_copy(File& file) {
    enter(*file.path);
    file.fd.reset(check(
        ::openat(parent_.get(), name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600),
        "make {}", *file.path));
    for (const auto& [key, value] : file.attributes)
        if (is_kept(key))
            check(::fsetxattr(file.fd.get(), key.c_str(), value.data(), value.size(), 0), "set {} of {}", key,
                  *file.path);
    file.hash.emplace();
}

void Receiver::receive(std::uint32_t number, store::Bytes bytes) {
    auto& file = find_wanted(number);
    if (!file.fd) open_copy(file);
    file.size += static_cast<std::int64_t>(bytes.size());
    bytes_ += static_cast<std::int64_t>(bytes.size());
    if (bytes_ > most_bytes) throw InvalidArgument("the client sent more than {} bytes", most_bytes);
    store::write_all(file.fd.get(), bytes, *file.path);
    file.hash->update(bytes);
}

std::int64_t Receiver::lacking(std::uint32_t number) const {
    auto found = wanted_.find(number);
    return found == wanted_.end() ? 0 : found->second.expected - found->second.size;
}

void Receiver::complete(std::uint32_t number) {
    auto& file = find_wanted(number);
    if (!file.fd) open_copy(file);
    auto& entry = *file.entry;
    check(::fchmod(file.fd.get(), entry.mode & 07777), "chmod {}", *file.path);
    timespec times[2] = {timespec_of(entry.time), timespec_of(entry.time)};
    check(::futimens(file.fd.get(), times), "set the time of {}", *file.path);
    struct stat copy;
    check(::fstat(file.fd.get(), &copy), "stat {}", *file.path);
    entry.size = file.size;
    entry.inode = copy.st_ino;
    entry.changed = nanoseconds(copy.st_ctim);
    entry.content = file.hash->finish().hex();
    entry.complete = true;
    wanted_.erase(number);
}

void Receiver::make_links() {
    for (const auto& [path, same_as] : links_) {
        enter(same_as);
        UniqueFd target(check(::openat(parent_.get(), name_.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC),
                              "open {}", same_as));
        enter(path);
        check(::linkat(target.get(), "", parent_.get(), name_.c_str(), AT_EMPTY_PATH), "link {}", path);
        note_copy(files_.at(path));
    }
}

void Receiver::set_times() {
    // The innermost first: a change in a folder would touch its time, but none comes any more.
    for (auto folder = folder_times_.rbegin(); folder != folder_times_.rend(); ++folder) {
        enter(folder->first);
        timespec times[2] = {timespec_of(folder->second), timespec_of(folder->second)};
        check(::utimensat(parent_.get(), name_.c_str(), times, AT_SYMLINK_NOFOLLOW), "set the time of {}",
              folder->first);
    }
}

std::shared_ptr<const files::KnownContents> Receiver::finish() {
    make_links();
    if (changed_) set_times();
    if (changed_ && !index_.empty()) write_index(index_, files_);
    finished_ = true;
    struct stat root;
    check(::fstat(root_.get(), &root), "stat a context");
    auto contents = std::make_shared<files::KnownContents>(root.st_dev);
    contents->reserve(files_.size());
    if (!links_.empty()) contents->note_links();
    for (auto& [path, file] : files_)
        if (!file.content.empty()) contents->add(file.inode, file.changed, std::move(file.content));
    return contents;
}

}  // namespace dhow::build
