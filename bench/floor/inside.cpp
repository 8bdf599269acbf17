#include "inside.hpp"

#include <array>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dhow::floor {

namespace {

void mount_at(const char* source, const std::string& target, const char* type, unsigned long flags,
              const char* data = nullptr) {
    check(::mount(source, target.c_str(), type, flags, data), "mount {} on {}", type ? type : source, target);
}

void make_devices(const std::string& dev) {
    struct Device {
        const char* name;
        unsigned minor, major;
    };
    constexpr std::array devices{Device{"null", 3, 1},   Device{"zero", 5, 1},    Device{"full", 7, 1},
                                 Device{"random", 8, 1}, Device{"urandom", 9, 1}, Device{"tty", 0, 5}};
    for (const auto& [name, minor, major] : devices)
        check(::mknod((dev + "/" + name).c_str(), S_IFCHR | 0666, makedev(major, minor)), "mknod {}", name);
    for (const char* folder : {"/pts", "/shm", "/mqueue"})
        check(::mkdir((dev + folder).c_str(), 0755), "mkdir");
    mount_at("devpts", dev + "/pts", "devpts", MS_NOSUID | MS_NOEXEC,
             "newinstance,ptmxmode=0666,mode=0620,gid=5");
    mount_at("shm", dev + "/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=1777,size=65536k");
    mount_at("mqueue", dev + "/mqueue", "mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC);
    check(::symlink("pts/ptmx", (dev + "/ptmx").c_str()), "symlink");
    check(::symlink("/proc/self/fd", (dev + "/fd").c_str()), "symlink");
}

/// Docker's lists; what a kernel lacks is not there to be masked.
void mask() {
    for (const char* path : {"/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug"})
        ::mount("/dev/null", path, nullptr, MS_BIND, nullptr);
    for (const char* path : {"/proc/acpi", "/proc/scsi", "/sys/firmware"})
        ::mount("tmpfs", path, "tmpfs", MS_RDONLY, "size=0");
    for (const char* path : {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}) {
        ::mount(path, path, nullptr, MS_BIND | MS_REC, nullptr);
        ::mount(nullptr, path, nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
                nullptr);
    }
}

}  // namespace

void enter_root(const Layers& layers) {
    check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "make mounts private");
    auto options = "lowerdir=" + layers.lower + ",upperdir=" + layers.upper + ",workdir=" + layers.work;
    mount_at("overlay", layers.root, "overlay", 0, options.c_str());
    mount_at("proc", layers.root + "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
    mount_at("tmpfs", layers.root + "/dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k");
    make_devices(layers.root + "/dev");
    mount_at("sysfs", layers.root + "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY);
    check(::chdir(layers.root.c_str()), "chdir");
    check(::syscall(SYS_pivot_root, ".", "."), "pivot_root");
    check(::umount2(".", MNT_DETACH), "detach the host's root");
    check(::chdir("/"), "chdir");
    mask();
    check(::sethostname("floor", 5), "sethostname");
}

}  // namespace dhow::floor
