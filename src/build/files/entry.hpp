#pragma once
// Entries of folders, by descriptors: for those who walk trees.

#include <string>

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace dhow::build::files {

inline UniqueFd open_entry(int folder, const std::string& name, int flags) {
    return UniqueFd(check(::openat(folder, name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC), "open {}", name));
}

/// A second open of what an O_PATH descriptor names.
inline UniqueFd reopen(int fd, int flags) {
    return UniqueFd(
        check(::open(fmt::format("/proc/self/fd/{}", fd).c_str(), flags | O_CLOEXEC), "open a file"));
}

inline std::string read_link(int folder, const std::string& name) {
    char target[PATH_MAX];
    auto size = check(::readlinkat(folder, name.c_str(), target, sizeof target), "read the link {}", name);
    return {target, static_cast<std::size_t>(size)};
}

inline std::string join(const std::string& folder, const std::string& name) {
    return folder == "." ? name : folder + "/" + name;
}

}  // namespace dhow::build::files
