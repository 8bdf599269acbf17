#include "cli/build/context_tar.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace dhow::cli {

using Type = tar::TarEntry::Type;

void ContextTar::add_file(const std::string& name, std::string_view content) {
    tar::TarEntry entry;
    entry.path = name;
    entry.mode = 0644;
    entry.size = entry.payload = static_cast<std::int64_t>(content.size());
    tar_.file(entry, content);
}

void ContextTar::add_folder(const std::string& folder, const std::string& prefix) {
    tar::TarEntry top;
    top.path = prefix;
    top.type = Type::directory;
    top.mode = 0755;
    tar_.file(top, "");
    walk_folder(folder, {}, [&](const Walked& walked) { add_entry(walked, prefix); });
}

void ContextTar::add_entry(const Walked& walked, const std::string& prefix) {
    const auto& status = walked.status;
    tar::TarEntry entry;
    entry.path = prefix + walked.path;
    entry.mode = status.st_mode & 07777;
    entry.mtime = {status.st_mtim.tv_sec, 0};
    if (S_ISREG(status.st_mode)) {
        entry.size = entry.payload = status.st_size;
        return add_content(walked, entry);
    }
    entry.type = S_ISDIR(status.st_mode)   ? Type::directory
                 : S_ISLNK(status.st_mode) ? Type::symlink
                                           : Type::fifo;
    if (entry.type == Type::directory) entry.path += "/";
    if (entry.type == Type::symlink) entry.link = link_target(walked);
    tar_.file(entry, "");
}

void ContextTar::add_content(const Walked& walked, const tar::TarEntry& entry) {
    UniqueFd file(check(::openat(walked.folder, walked.name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC),
                        "open {}", entry.path));
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
