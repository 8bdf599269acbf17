#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "linux/mount.hpp"
#include "linux/path.hpp"
#include "runtime/init/steps.hpp"

namespace dhow::runtime::init {

namespace {

/// The container's own null device. It is checked by its numbers, for an image or a volume may have put
/// anything in its place (CVE-2025-31133); and never the host's, whose mode a container could change through
/// the mask.
int open_null_device(int root) noexcept {
    int null = linux::try_open_in_root(root, "/dev/null", O_PATH | O_NOFOLLOW);
    struct stat status{};
    if (null < 0) return null;
    if (::fstat(null, &status) < 0) return -errno;
    return S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3) ? null : -ENODEV;
}

/// Attaches a read-only bind of `source` to `target`.
int cover(int source, int target) noexcept {
    int mount = linux::try_clone_mount(source, "", false);
    if (mount < 0) return mount;
    int result = linux::try_set_mount_attributes(mount, {.set = MOUNT_ATTR_RDONLY, .clear = 0}, false);
    if (result == 0) result = linux::try_attach_mount(mount, target);
    ::close(mount);
    return result;
}

int cover_folder(int& empty, int target) noexcept {
    // One empty file system serves all folders; once it is attached somewhere, it can be cloned from there.
    if (empty >= 0) return cover(empty, target);
    const linux::FilesystemOption options[] = {{"nr_inodes", "1", false}, {"size", "4096", false}};
    constexpr auto attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    empty = linux::try_new_mount("tmpfs", "tmpfs", options, attributes);
    return empty < 0 ? empty : linux::try_attach_mount(empty, target);
}

bool is_folder(int fd) noexcept {
    struct stat status{};
    return ::fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
}

bool is_absent(int result) noexcept { return result == -ENOENT || result == -ENOTDIR; }

}  // namespace

bool mask_paths(const ContainerPlan& plan, const RootState& state, Failure& failure) noexcept {
    if (plan.masked_paths.empty()) return true;
    int null = open_null_device(state.root);
    if (null < 0) return failure.set(Step::find_null_device, null, "/dev/null");
    int empty = -1;
    for (const auto& path : plan.masked_paths) {
        int target = linux::try_open_in_root(state.root, path.c_str(), O_PATH);
        if (is_absent(target)) continue;
        if (target < 0) return failure.set(Step::mask_path, target, path.c_str());
        int result = is_folder(target) ? cover_folder(empty, target) : cover(null, target);
        if (result < 0) return failure.set(Step::mask_path, result, path.c_str());
        ::close(target);
    }
    return true;
}

bool make_paths_read_only(const ContainerPlan& plan, const RootState& state, Failure& failure) noexcept {
    for (const auto& path : plan.read_only_paths) {
        int target = linux::try_open_in_root(state.root, path.c_str(), O_PATH);
        if (is_absent(target)) continue;
        int mount = target < 0 ? target : linux::try_clone_mount(target, "", true);
        int result = mount;
        if (result >= 0)
            result = linux::try_set_mount_attributes(mount, {.set = MOUNT_ATTR_RDONLY, .clear = 0}, true);
        if (result >= 0) result = linux::try_attach_mount(mount, target);
        if (result < 0) return failure.set(Step::make_path_read_only, result, path.c_str());
        ::close(mount);
        ::close(target);
    }
    return true;
}

}  // namespace dhow::runtime::init
