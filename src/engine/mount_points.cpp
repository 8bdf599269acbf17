#include "engine/mount_points.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace dhow::engine {

namespace {

void make_folder(const std::filesystem::path& path) {
    if (::mkdir(path.c_str(), 0755) < 0 && errno != EEXIST) throw_errno("make " + path.native());
    check(::chmod(path.c_str(), 0755), "set the mode of {}", path.native());
}

void make_file(const std::filesystem::path& path) {
    UniqueFd file(
        check(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0755), "make {}", path.native()));
    check(::fchmod(file.get(), 0755), "set the mode of {}", path.native());
}

}  // namespace

std::filesystem::path mount_points_layer(const std::filesystem::path& data_root) {
    return data_root / "mount-points";
}

void make_mount_points_layer(const std::filesystem::path& data_root) {
    auto layer = mount_points_layer(data_root);
    make_folder(layer);
    for (const char* name : {"dev", "etc", "proc", "sys"}) make_folder(layer / name);
    for (const char* name : {"etc/hosts", "etc/hostname", "etc/resolv.conf", ".dockerenv"})
        make_file(layer / name);
    auto link = layer / "etc/mtab";
    if (::symlink("/proc/mounts", link.c_str()) < 0 && errno != EEXIST) throw_errno("make " + link.native());
}

}  // namespace dhow::engine
