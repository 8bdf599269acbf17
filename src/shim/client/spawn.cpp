#include "shim/client/spawn.hpp"

#include <csignal>

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dhow::shim {

namespace {

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

}  // namespace

Child spawn_detached(const std::filesystem::path& program, const std::vector<std::string>& args, int control,
                     int errors) {
    Actions actions;
    // First of all: opening 0 to 2 never closes these, which are above 2 in a daemon.
    if (control >= 0) actions.copy(control, 3);
    if (errors >= 0)
        actions.copy(errors, 2);
    else
        actions.open_null(2);
    actions.open_null(0);
    actions.open_null(1);
    ::posix_spawn_file_actions_addclosefrom_np(&actions.value, control >= 0 ? 4 : 3);
    Attributes attributes;

    std::vector<char*> argv{const_cast<char*>(program.c_str())};
    for (const auto& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
    argv.push_back(nullptr);
    char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    char* environment[] = {path, nullptr};

    Child child;
    int error = ::posix_spawn(&child.pid, program.c_str(), &actions.value, &attributes.value, argv.data(),
                              environment);
    if (error == ENOENT) throw NotFound("there is no runtime at {}", program.string());
    if (error != 0) throw SystemError(error, fmt::format("start {}", program.string()));
    // It is our child and nobody else reaps it, so its pid cannot have gone to another.
    child.pidfd.reset(check(static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0)), "pidfd_open"));
    return child;
}

}  // namespace dhow::shim
