#include "linux/path.hpp"

#include <cerrno>
#include <climits>
#include <cstring>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dhow::linux {

namespace {

// A rename somewhere on the machine can make the kernel unsure whether ".." stayed inside: it says EAGAIN.
constexpr int most_attempts = 1000;

int create_below(int parent, const char* name, mode_t mode) noexcept {
    int fd = ::openat(parent, name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd >= 0) ::close(fd);
    return fd >= 0 || errno == EEXIST ? 0 : -errno;
}

/// Opens the folder `path[0, length)`, which may be empty for the root itself.
int open_prefix(int root, const char* path, std::size_t length, Symlinks symlinks) noexcept {
    char prefix[PATH_MAX];
    if (length >= sizeof prefix) return -ENAMETOOLONG;
    std::memcpy(prefix, path, length);
    prefix[length] = '\0';
    return try_open_in_root(root, length ? prefix : ".", O_PATH | O_DIRECTORY, 0, symlinks);
}

std::size_t component_end(const char* path, std::size_t begin) noexcept {
    while (path[begin] == '/') ++begin;
    return begin + std::strcspn(path + begin, "/");
}

/// The length of what stands before the last component, and the component's own begin and end.
struct LastComponent {
    std::size_t folder;
    std::size_t begin;
    std::size_t end;
};

LastComponent last_component(const char* path) noexcept {
    std::size_t end = std::strlen(path);
    while (end > 0 && path[end - 1] == '/') --end;
    std::size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/') --begin;
    return {begin, begin, end};
}

}  // namespace

int try_open_in_root(int root, const char* path, int flags, mode_t mode, Symlinks symlinks) noexcept {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.mode = flags & O_CREAT ? mode : 0;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    if (symlinks == Symlinks::refuse) how.resolve |= RESOLVE_NO_SYMLINKS;
    for (int attempt = 0;; ++attempt) {
        auto fd = static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how));
        if (fd >= 0) return fd;
        if ((errno != EAGAIN && errno != EINTR) || attempt == most_attempts) return -errno;
    }
}

namespace {

/// Makes the component that ends at `end` in `parent`, which this closes; gives the path up to there, opened.
int make_component(int root, int parent, const char* path, std::size_t begin, std::size_t end, mode_t mode,
                   Symlinks symlinks) noexcept {
    char name[NAME_MAX + 1] = {};
    int result = -ENAMETOOLONG;
    if (end - begin <= NAME_MAX) {
        std::memcpy(name, path + begin, end - begin);
        result = ::mkdirat(parent, name, mode) == 0 || errno == EEXIST
                     ? open_prefix(root, path, end, symlinks)
                     : -errno;
    }
    ::close(parent);
    return result;
}

/// The end of the path's part before the component that ends at `end`.
std::size_t end_of_parent(const char* path, std::size_t end) noexcept {
    while (end > 0 && path[end - 1] == '/') --end;
    while (end > 0 && path[end - 1] != '/') --end;
    while (end > 0 && path[end - 1] == '/') --end;
    return end;
}

}  // namespace

int try_make_directories_in_root(int root, const char* path, mode_t mode, Symlinks symlinks) noexcept {
    // Mostly it is there, or the last folder alone is missing: what exists is looked for from the end.
    std::size_t end = std::strlen(path);
    int folder = open_prefix(root, path, end, symlinks);
    while (folder == -ENOENT && end > 0) {
        end = end_of_parent(path, end);
        folder = open_prefix(root, path, end, symlinks);
    }
    while (folder >= 0) {
        std::size_t begin = end;
        while (path[begin] == '/') ++begin;
        end = component_end(path, begin);
        if (begin == end) break;
        folder = make_component(root, folder, path, begin, end, mode, symlinks);
    }
    return folder;
}

int try_make_file_in_root(int root, const char* path, mode_t mode, Symlinks symlinks) noexcept {
    int found = try_open_in_root(root, path, O_PATH, 0, symlinks);
    if (found != -ENOENT) return found;
    auto last = last_component(path);
    char text[PATH_MAX];
    if (last.end >= sizeof text || last.end - last.begin > NAME_MAX) return -ENAMETOOLONG;
    std::memcpy(text, path, last.folder);
    text[last.folder] = '\0';
    int parent = try_make_directories_in_root(root, last.folder ? text : ".", 0755, symlinks);
    if (parent < 0) return parent;
    char name[NAME_MAX + 1] = {};
    std::memcpy(name, path + last.begin, last.end - last.begin);
    int made = create_below(parent, name, mode);
    ::close(parent);
    return made < 0 ? made : try_open_in_root(root, path, O_PATH, 0, symlinks);
}

namespace {

UniqueFd owned(int result, const char* what, const std::filesystem::path& path) {
    if (result < 0) {
        errno = -result;
        throw_errno(fmt::format("{} {}", what, path.native()));
    }
    return UniqueFd(result);
}

}  // namespace

UniqueFd open_in_root(int root, const std::filesystem::path& path, int flags, mode_t mode) {
    return owned(try_open_in_root(root, path.c_str(), flags, mode), "open", path);
}

UniqueFd make_directories_in_root(int root, const std::filesystem::path& path, mode_t mode) {
    return owned(try_make_directories_in_root(root, path.c_str(), mode), "make directory", path);
}

UniqueFd make_file_in_root(int root, const std::filesystem::path& path, mode_t mode) {
    return owned(try_make_file_in_root(root, path.c_str(), mode), "make file", path);
}

std::optional<UniqueFd> find_in_root(int root, const std::filesystem::path& path, int flags) {
    int result = try_open_in_root(root, path.c_str(), flags);
    if (result == -ENOENT || result == -ENOTDIR) return std::nullopt;
    return owned(result, "open", path);
}

}  // namespace dhow::linux
