#include "linux/mount.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace dhow::linux {

namespace {

int failed(int fd) noexcept {
    int error = errno;
    ::close(fd);
    return -error;
}

int set_attributes(int mount, mount_attr attributes, bool recursive) noexcept {
    unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0U);
    return ::mount_setattr(mount, "", flags, &attributes, sizeof attributes) < 0 ? -errno : 0;
}

}  // namespace

int try_new_mount(const char* type, const char* source, std::span<const FilesystemOption> options,
                  std::uint64_t attributes) noexcept {
    int context = ::fsopen(type, FSOPEN_CLOEXEC);
    if (context < 0) return -errno;
    if (source && ::fsconfig(context, FSCONFIG_SET_STRING, "source", source, 0) < 0) return failed(context);
    for (const auto& option : options) {
        auto command = option.flag ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING;
        const char* value = option.flag ? nullptr : option.value.c_str();
        if (::fsconfig(context, command, option.name.c_str(), value, 0) < 0) return failed(context);
    }
    if (::fsconfig(context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) < 0) return failed(context);
    int mount = ::fsmount(context, FSMOUNT_CLOEXEC, static_cast<unsigned>(attributes));
    if (mount < 0) return failed(context);
    ::close(context);
    return mount;
}

int try_clone_mount(int directory, const char* path, bool recursive) noexcept {
    unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0U);
    if (!*path) flags |= AT_EMPTY_PATH;
    int mount = ::open_tree(directory, path, flags);
    return mount < 0 ? -errno : mount;
}

int try_attach_mount(int mount, int target) noexcept {
    unsigned flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
    return ::move_mount(mount, "", target, "", flags) < 0 ? -errno : 0;
}

int try_set_mount_attributes(int mount, MountAttributes attributes, bool recursive) noexcept {
    mount_attr request{};
    request.attr_set = attributes.set;
    request.attr_clr = attributes.clear;
    // The access-time modes are one field: to set one of them, the kernel wants the whole field cleared.
    if ((request.attr_set | request.attr_clr) & MOUNT_ATTR__ATIME) request.attr_clr |= MOUNT_ATTR__ATIME;
    return set_attributes(mount, request, recursive);
}

int try_set_propagation(int mount, unsigned long propagation, bool recursive) noexcept {
    mount_attr request{};
    request.propagation = propagation;
    return set_attributes(mount, request, recursive);
}

int try_map_mount_ids(int mount, int user_namespace, bool recursive) noexcept {
    mount_attr request{};
    request.attr_set = MOUNT_ATTR_IDMAP;
    request.userns_fd = static_cast<std::uint64_t>(user_namespace);
    return set_attributes(mount, request, recursive);
}

int try_pivot_root_to_working_directory() noexcept {
    // pivot_root(2), NOTES: with "." twice the old root is stacked on top of the new one, and then let go.
    if (::syscall(SYS_pivot_root, ".", ".") < 0) return -errno;
    if (::umount2(".", MNT_DETACH) < 0) return -errno;
    return ::chdir("/") < 0 ? -errno : 0;
}

}  // namespace dhow::linux
