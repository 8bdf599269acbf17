#include "image/layer/tree.hpp"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/error.hpp"
#include "linux/path.hpp"

namespace dhow::image {

namespace {

// Descriptors kept open: those of one walk down a tree, and some beside.
constexpr std::size_t most_folders = 128;

}  // namespace

std::string clean_entry_path(std::string_view path) {
    if (path.empty()) throw InvalidArgument("the archive holds an entry without a name");
    if (path.size() >= PATH_MAX) throw InvalidArgument("the archive holds a name of {} bytes", path.size());
    if (path[0] == '/') throw InvalidArgument("the archive holds an absolute name: \"{}\"", path);
    std::string clean;
    clean.reserve(path.size());
    for (std::size_t start = 0; start < path.size();) {
        auto end = std::min(path.find('/', start), path.size());
        auto part = path.substr(start, end - start);
        start = end + 1;
        if (part.empty() || part == ".") continue;
        if (part == "..")
            throw InvalidArgument("the archive holds a name that leads out of it: \"{}\"", path);
        if (part.size() > NAME_MAX)
            throw InvalidArgument("the archive holds a name of {} bytes", part.size());
        if (!clean.empty()) clean += '/';
        clean += part;
    }
    return clean;
}

std::pair<std::string_view, std::string_view> split_path(std::string_view path) {
    auto slash = path.rfind('/');
    if (slash == path.npos) return {"", path};
    return {path.substr(0, slash), path.substr(slash + 1)};
}

Tree::Tree(const std::filesystem::path& directory)
    : root_(check(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open {}",
                  directory.string())) {}

UniqueFd Tree::open(std::string_view path, int flags) const {
    std::string name(path.empty() ? "." : path);
    int fd = linux::try_open_in_root(root_.get(), name.c_str(), flags, 0, linux::Symlinks::refuse);
    if (fd < 0) {
        errno = -fd;
        throw_errno(fmt::format("open {}", name));
    }
    return UniqueFd(fd);
}

int Tree::folder(std::string_view path) {
    if (path.empty()) return root_.get();
    auto found = folders_.find(std::string(path));
    if (found != folders_.end()) return found->second.get();
    std::string name(path);
    int fd =
        linux::try_open_in_root(root_.get(), name.c_str(), O_PATH | O_DIRECTORY, 0, linux::Symlinks::refuse);
    if (fd == -ENOENT)
        fd = linux::try_make_directories_in_root(root_.get(), name.c_str(), 0755, linux::Symlinks::refuse);
    if (fd == -ELOOP)
        throw InvalidArgument(
            "the archive holds entries below \"{}\", which is a symbolic link or leads through one", path);
    if (fd == -ENOTDIR)
        throw InvalidArgument("the archive holds entries below \"{}\", which is no directory", path);
    if (fd < 0) {
        errno = -fd;
        throw_errno(fmt::format("make the directory {}", name));
    }
    if (folders_.size() >= most_folders) folders_.clear();
    return folders_.emplace(std::move(name), UniqueFd(fd)).first->second.get();
}

void Tree::forget_below(std::string_view path) {
    std::string below = std::string(path) + "/";
    std::erase_if(folders_,
                  [&](const auto& item) { return item.first == path || item.first.starts_with(below); });
}

}  // namespace dhow::image
