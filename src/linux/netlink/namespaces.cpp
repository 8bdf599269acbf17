#include "linux/netlink/namespaces.hpp"

#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dhow::linux::netlink {

namespace {

constexpr const char* own_namespace = "/proc/thread-self/ns/net";
const std::filesystem::path sysctls = "/proc/sys/net";

}  // namespace

UniqueFd current_namespace() { return open_namespace(own_namespace); }

UniqueFd open_namespace(const std::filesystem::path& path) {
    return UniqueFd(
        check(::open(path.c_str(), O_RDONLY | O_CLOEXEC), "open network namespace {}", path.native()));
}

EnteredNamespace::EnteredNamespace(int namespace_fd) : home_(current_namespace()) {
    check(::setns(namespace_fd, CLONE_NEWNET), "enter a network namespace");
}

EnteredNamespace::EnteredNamespace() : home_(current_namespace()) {
    check(::unshare(CLONE_NEWNET), "make a network namespace");
}

EnteredNamespace::~EnteredNamespace() {
    if (::setns(home_.get(), CLONE_NEWNET) < 0) std::abort();
}

void pin_current_namespace(const std::filesystem::path& path) {
    UniqueFd file(check(::open(path.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400), "create {}",
                        path.native()));
    if (::mount(own_namespace, path.c_str(), nullptr, MS_BIND, nullptr) == 0) return;
    int error = errno;
    ::unlink(path.c_str());
    throw SystemError(error, fmt::format("mount a network namespace on {}", path.native()));
}

void unpin_namespace(const std::filesystem::path& path) noexcept {
    ::umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
    ::unlink(path.c_str());
}

void write_sysctl(const std::filesystem::path& name, const char* value) {
    auto path = sysctls / name;
    UniqueFd file(check(::open(path.c_str(), O_WRONLY | O_CLOEXEC), "open {}", path.native()));
    check(::write(file.get(), value, std::strlen(value)), "write {} to {}", value, path.native());
}

std::string read_sysctl(const std::filesystem::path& name) {
    auto path = sysctls / name;
    UniqueFd file(check(::open(path.c_str(), O_RDONLY | O_CLOEXEC), "open {}", path.native()));
    char buffer[256];
    auto length = check(::read(file.get(), buffer, sizeof buffer), "read {}", path.native());
    std::string text(buffer, static_cast<std::size_t>(length));
    return text.substr(0, text.find_first_of(" \t\n"));
}

}  // namespace dhow::linux::netlink
