#include "programs/dhowd/single.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dhow::daemon {

PidFile::PidFile(std::filesystem::path path) : path_(std::move(path)) {
    std::filesystem::create_directories(path_.parent_path());
    file_.reset(check(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644), "open {}", path_.string()));
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) < 0) {
        char text[32] = {};
        if (::read(file_.get(), text, sizeof text - 1) < 0) text[0] = '\0';
        throw Conflict(
            "failed to start daemon, ensure dhowd is not running or delete {}: process with PID {} is still "
            "running",
            path_.string(), std::strtol(text, nullptr, 10));
    }
    auto pid = std::to_string(::getpid());
    check(::ftruncate(file_.get(), 0), "truncate {}", path_.string());
    check(::pwrite(file_.get(), pid.data(), pid.size(), 0), "write {}", path_.string());
}

PidFile::~PidFile() {
    if (file_) ::unlink(path_.c_str());
}

void notify_service_manager(const std::string& state) {
    const char* path = std::getenv("NOTIFY_SOCKET");
    if (!path || std::strlen(path) >= sizeof(sockaddr_un::sun_path)) return;
    UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path);
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
    auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
    // A service manager that does not listen is no failure of the daemon's.
    (void)::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL,
                   reinterpret_cast<sockaddr*>(&address), size);
}

}  // namespace dhow::daemon
