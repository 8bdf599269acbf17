#include "shim/client/spawn.hpp"

#include <cerrno>
#include <csignal>
#include <map>
#include <mutex>

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.hpp"
#include "linux/executable.hpp"

namespace dhow::shim {

namespace {

constexpr int control_number = 3;
constexpr int program_number = 4;
constexpr int lock_number = 5;
constexpr int reserved = 6;  // below: what the child's own numbers are

/// A copy whose number collides with none of the child's.
UniqueFd copy_above_reserved(int fd) {
    return UniqueFd(check(::fcntl(fd, F_DUPFD_CLOEXEC, reserved), "dup"));
}

UniqueFd above_reserved(UniqueFd fd) {
    return fd.get() >= reserved ? std::move(fd) : copy_above_reserved(fd.get());
}

struct Actions {
    Actions() { ::posix_spawn_file_actions_init(&value); }
    ~Actions() { ::posix_spawn_file_actions_destroy(&value); }
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;

    void open_null(int fd) { ::posix_spawn_file_actions_addopen(&value, fd, "/dev/null", O_RDWR, 0); }
    void copy(int from, int to) { ::posix_spawn_file_actions_adddup2(&value, from, to); }

    posix_spawn_file_actions_t value;
};

struct Attributes {
    Attributes() {
        ::posix_spawnattr_init(&value);
        // A disposition that the daemon ignores (SIGPIPE) would be inherited down to the container's program.
        sigset_t all, none;
        sigfillset(&all);
        sigemptyset(&none);
        ::posix_spawnattr_setsigdefault(&value, &all);
        ::posix_spawnattr_setsigmask(&value, &none);
        ::posix_spawnattr_setflags(&value,
                                   POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    }
    ~Attributes() { ::posix_spawnattr_destroy(&value); }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;

    posix_spawnattr_t value;
};

/// Seen through a read-only mount that no container can reach (CVE-2019-5736). Made once a program and kept:
/// the end of such a mount waits for the kernel. A program that was replaced on disk meanwhile stays what it
/// was.
int protected_program(const std::filesystem::path& program) {
    static std::mutex mutex;
    static std::map<std::filesystem::path, UniqueFd> known;
    std::lock_guard lock(mutex);
    auto found = known.find(program);
    if (found == known.end()) {
        if (::access(program.c_str(), X_OK) < 0 && errno == ENOENT)
            throw NotFound("there is no runtime at {}", program.string());
        UniqueFd seen = above_reserved(linux::protect_executable(program));
        found = known.emplace(program, std::move(seen)).first;
    }
    return found->second.get();
}

}  // namespace

Child spawn_detached(const std::filesystem::path& program, const std::vector<std::string>& args,
                     const GivenDescriptors& given) {
    int executable = protected_program(program);
    Actions actions;
    // Descriptors from 3 on are the daemon's, so copying to 3 must come before the daemon's own 3 is gone.
    UniqueFd control, lock, errors;
    if (given.control >= 0)
        actions.copy((control = copy_above_reserved(given.control)).get(), control_number);
    if (given.lock >= 0) actions.copy((lock = copy_above_reserved(given.lock)).get(), lock_number);
    if (given.errors >= 0)
        actions.copy((errors = copy_above_reserved(given.errors)).get(), 2);
    else
        actions.open_null(2);
    actions.open_null(0);
    actions.open_null(1);
    actions.copy(executable, program_number);
    ::posix_spawn_file_actions_addclosefrom_np(&actions.value, reserved);
    Attributes attributes;

    std::string name = program;
    std::vector<char*> argv{name.data()};
    for (const auto& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
    argv.push_back(nullptr);
    char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    char* environment[] = {path, nullptr};

    Child child;
    auto file = fmt::format("/proc/self/fd/{}", program_number);
    int error =
        ::posix_spawn(&child.pid, file.c_str(), &actions.value, &attributes.value, argv.data(), environment);
    if (error != 0) throw SystemError(error, fmt::format("start {}", program.string()));
    // It is our child and nobody else reaps it, so its pid cannot have gone to another.
    child.pidfd.reset(check(static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0)), "pidfd_open"));
    return child;
}

}  // namespace dhow::shim
