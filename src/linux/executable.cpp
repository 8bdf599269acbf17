#include "linux/executable.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/statvfs.h>

#include "base/error.hpp"
#include "linux/mount.hpp"

namespace dhow::linux {

UniqueFd protect_executable(const std::string& path) {
    int mount = try_clone_mount(AT_FDCWD, path.c_str(), false);
    if (mount < 0) throw SystemError(-mount, "bind " + path);
    UniqueFd owned(mount);
    int result = try_set_mount_attributes(mount, {.set = MOUNT_ATTR_RDONLY, .clear = 0}, false);
    if (result < 0) throw SystemError(-result, "make read-only the bind of " + path);
    return owned;
}

bool executable_is_protected() {
    struct statvfs status{};
    check(::statvfs("/proc/self/exe", &status), "look at /proc/self/exe");
    return status.f_flag & ST_RDONLY;
}

}  // namespace dhow::linux
