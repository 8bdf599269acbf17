#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/mount.hpp"
#include "linux/path.hpp"
#include "runtime/init/steps.hpp"

namespace dhow::runtime::init {

namespace {

/// The folder of a device, opened; and its name there.
int open_folder_of(int root, const std::string& path, const char*& name) noexcept {
    auto slash = path.rfind('/');
    name = path.c_str() + slash + 1;
    char folder[PATH_MAX];
    if (slash >= sizeof folder) return -ENAMETOOLONG;
    std::memcpy(folder, path.c_str(), slash);
    folder[slash] = '\0';
    return linux::try_make_directories_in_root(root, slash ? folder : ".", 0755);
}

int check_existing(int folder, const DeviceStep& device, const char* name) noexcept {
    struct stat status{};
    if (::fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0) return -errno;
    bool same = (status.st_mode & S_IFMT) == (device.mode & S_IFMT) &&
                (S_ISFIFO(device.mode) || status.st_rdev == device.number);
    return same ? 0 : -EEXIST;
}

/// In a user namespace no node can be made: the host's is bound instead.
int bind_device(int root, const DeviceStep& device) noexcept {
    int mount = linux::try_clone_mount(AT_FDCWD, device.path.c_str(), false);
    if (mount < 0) return mount;
    int target = linux::try_make_file_in_root(root, device.path.c_str(), 0666);
    int result = target < 0 ? target : linux::try_attach_mount(mount, target);
    ::close(mount);
    if (target >= 0) ::close(target);
    return result;
}

int make_device(int root, const DeviceStep& device) noexcept {
    const char* name = nullptr;
    int folder = open_folder_of(root, device.path, name);
    if (folder < 0) return folder;
    int result = ::mknodat(folder, name, device.mode, device.number) < 0 ? -errno : 0;
    if (result == 0 && (device.uid || device.gid) &&
        ::fchownat(folder, name, device.uid, device.gid, AT_SYMLINK_NOFOLLOW) < 0)
        result = -errno;
    if (result == -EEXIST) result = check_existing(folder, device, name);
    ::close(folder);
    return result == -EPERM ? bind_device(root, device) : result;
}

struct Link {
    const char* target;
    const char* name;
};

// OCI runtime specification, config-linux.md: Default Devices, Dev symbolic links.
constexpr std::array<Link, 5> links{{
    {"/proc/self/fd", "fd"},
    {"/proc/self/fd/0", "stdin"},
    {"/proc/self/fd/1", "stdout"},
    {"/proc/self/fd/2", "stderr"},
    {"pts/ptmx", "ptmx"},
}};

}  // namespace

bool make_devices(const ContainerPlan& plan, const RootState& state, Failure& failure) noexcept {
    for (const auto& device : plan.devices) {
        int result = make_device(state.root, device);
        if (result < 0) return failure.set(Step::make_device, result, device.path.c_str());
    }
    if (!plan.own_dev) return true;
    int folder = linux::try_make_directories_in_root(state.root, "/dev", 0755);
    if (folder < 0) return failure.set(Step::link_device, folder, "/dev");
    for (const auto& link : links)
        if (::symlinkat(link.target, folder, link.name) < 0 && errno != EEXIST)
            return failure.set(Step::link_device, errno, link.name);
    // As runc has it: only where the kernel has the file.
    int core = linux::try_open_in_root(state.root, "/proc/kcore", O_PATH);
    if (core >= 0 && ::symlinkat("/proc/kcore", folder, "core") < 0 && errno != EEXIST)
        return failure.set(Step::link_device, errno, "core");
    if (core >= 0) ::close(core);
    ::close(folder);
    return true;
}

}  // namespace dhow::runtime::init
