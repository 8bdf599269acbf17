#include "engine/containers/run_directory.hpp"

#include <array>

#include <fcntl.h>
#include <sys/mount.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "linux/mount.hpp"
#include "store/trash.hpp"

namespace dhow::engine {

void mount_shared_memory(const std::filesystem::path& path, std::int64_t size) {
    std::filesystem::create_directories(path);
    const std::array options{linux::FilesystemOption{"mode", "1777"},
                             linux::FilesystemOption{"size", std::to_string(size)}};
    auto checked = [&](int result) {
        if (result < 0) throw SystemError(-result, fmt::format("mount a tmpfs on {}", path.string()));
        return result;
    };
    UniqueFd target(
        check(::open(path.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), "open {}", path.string()));
    constexpr auto attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    UniqueFd mount(checked(linux::try_new_mount("tmpfs", "shm", options, attributes)));
    checked(linux::try_attach_mount(mount.get(), target.get()));
}

void remove_run_directory(const std::filesystem::path& directory) {
    // Most have none: then the call fails, which costs nothing.
    ::umount2((directory / "shm").c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
    store::remove_tree(directory);
}

}  // namespace dhow::engine
