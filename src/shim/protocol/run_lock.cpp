#include "shim/protocol/run_lock.hpp"

#include <cerrno>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>

#include "base/error.hpp"

namespace dhow::shim::protocol {

UniqueFd lock_run(const std::filesystem::path& run_directory, std::chrono::milliseconds patience) {
    auto path = run_directory / "lock";
    UniqueFd file(check(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600), "open {}", path.native()));
    auto deadline = std::chrono::steady_clock::now() + patience;
    while (::flock(file.get(), LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) throw_errno("lock " + path.native());
        if (std::chrono::steady_clock::now() > deadline)
            throw Unavailable("another shim still works in {}", run_directory.native());
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return file;
}

}  // namespace dhow::shim::protocol
