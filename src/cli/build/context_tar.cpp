#include "cli/build/context_tar.hpp"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "linux/directory.hpp"

namespace dhow::cli {

using Type = tar::TarEntry::Type;

void ContextTar::add_file(const std::string& name, std::string_view content) {
    tar::TarEntry entry;
    entry.path = name;
    entry.mode = 0644;
    entry.size = entry.payload = static_cast<std::int64_t>(content.size());
    tar_.file(entry, content);
}

void ContextTar::add_folder(const std::string& folder, const IgnoreRules& rules, const std::string& prefix) {
    UniqueFd root(check(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open {}", folder));
    prefix_ = prefix;
    if (!prefix.empty()) {
        tar::TarEntry entry;
        entry.path = prefix;
        entry.type = Type::directory;
        entry.mode = 0755;
        tar_.file(entry, "");
    }
    walk(root.get(), "", rules);
}

void ContextTar::walk(int folder, const std::string& path, const IgnoreRules& rules) {
    for (const auto& name : linux::sorted_names(folder)) add_entry(folder, name, path + name, rules);
}

void ContextTar::add_entry(int folder, const std::string& name, const std::string& path,
                           const IgnoreRules& rules) {
    struct stat status;
    check(::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW), "stat {}", path);
    bool left_out = rules.ignores(path);
    bool is_folder = S_ISDIR(status.st_mode);
    if (left_out && !(is_folder && rules.may_hold_exceptions(path))) return;
    tar::TarEntry entry;
    entry.path = prefix_ + path;
    entry.mode = status.st_mode & 07777;
    entry.mtime = {status.st_mtim.tv_sec, 0};
    if (is_folder) {
        entry.path += "/";
        entry.type = Type::directory;
        if (!left_out) tar_.file(entry, "");
        UniqueFd child(check(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                             "open {}", path));
        return walk(child.get(), path + "/", rules);
    }
    if (S_ISLNK(status.st_mode)) {
        char target[PATH_MAX];
        auto size =
            check(::readlinkat(folder, name.c_str(), target, sizeof target), "read the link {}", path);
        entry.link.assign(target, static_cast<std::size_t>(size));
        entry.type = Type::symlink;
        return tar_.file(entry, "");
    }
    if (S_ISFIFO(status.st_mode)) {
        entry.type = Type::fifo;
        return tar_.file(entry, "");
    }
    // Sockets and devices mean nothing elsewhere.
    if (!S_ISREG(status.st_mode)) return;
    entry.size = entry.payload = status.st_size;
    add_content(folder, name, entry);
}

void ContextTar::add_content(int folder, const std::string& name, tar::TarEntry& entry) {
    UniqueFd file(
        check(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC), "open {}", entry.path));
    tar_.begin(entry);
    for (std::int64_t left = entry.size; left > 0;) {
        auto wanted = std::min<std::size_t>(buffer_.size(), static_cast<std::size_t>(left));
        auto count = check(::read(file.get(), buffer_.data(), wanted), "read {}", entry.path);
        if (count == 0) throw Unavailable("{} became shorter while it was sent", entry.path);
        tar_.write(tar::Bytes(buffer_).first(static_cast<std::size_t>(count)));
        left -= count;
    }
    tar_.end();
}

}  // namespace dhow::cli
