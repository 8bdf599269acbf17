#include "linux/directory.hpp"

#include <algorithm>

#include <dirent.h>
#include <fcntl.h>

#include "base/defer.hpp"
#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace dhow::linux {

std::vector<std::string> sorted_names(int directory) {
    UniqueFd copy(check(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open a directory"));
    DIR* stream = ::fdopendir(copy.get());
    if (!stream) throw_errno("read a directory");
    (void)copy.release();
    Defer close([&] { ::closedir(stream); });
    std::vector<std::string> names;
    while (const dirent* item = ::readdir(stream)) {
        std::string name = item->d_name;
        if (name != "." && name != "..") names.push_back(std::move(name));
    }
    std::ranges::sort(names);
    return names;
}

}  // namespace dhow::linux
