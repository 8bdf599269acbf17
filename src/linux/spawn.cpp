#include "linux/spawn.hpp"

#include <algorithm>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include "base/error.hpp"
#include "linux/pidfd.hpp"

namespace dhow::linux {

namespace {

void check_spawn(int error, std::string_view what) {
    if (error != 0) throw SystemError(error, what);
}

class FileActions {
  public:
    FileActions() { check_spawn(::posix_spawn_file_actions_init(&actions_), "prepare a program"); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    posix_spawn_file_actions_t* get() { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_;
};

class Attributes {
  public:
    explicit Attributes(bool new_session) {
        check_spawn(::posix_spawnattr_init(&attributes_), "prepare a program");
        sigset_t all, none;
        ::sigfillset(&all);
        ::sigemptyset(&none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        int flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | (new_session ? POSIX_SPAWN_SETSID : 0);
        ::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
    }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }
    posix_spawnattr_t* get() { return &attributes_; }

  private:
    posix_spawnattr_t attributes_;
};

std::vector<char*> pointers(const std::vector<std::string>& strings) {
    std::vector<char*> result;
    for (const auto& string : strings) result.push_back(const_cast<char*>(string.c_str()));
    result.push_back(nullptr);
    return result;
}

/// Copies of the descriptors, all above every number that is a target: then no dup2 overwrites a source.
std::vector<UniqueFd> copies_above(const std::vector<std::pair<int, int>>& descriptors, int lowest) {
    std::vector<UniqueFd> copies;
    for (const auto& [source, target] : descriptors)
        copies.emplace_back(check(::fcntl(source, F_DUPFD_CLOEXEC, lowest), "copy descriptor {}", source));
    return copies;
}

}  // namespace

Child spawn(const SpawnRequest& request) {
    int first_free = 3;
    for (const auto& [source, target] : request.descriptors) first_free = std::max(first_free, target + 1);
    auto copies = copies_above(request.descriptors, first_free);
    FileActions actions;
    for (int standard = 0; standard < 3; ++standard)
        check_spawn(::posix_spawn_file_actions_addopen(actions.get(), standard, "/dev/null", O_RDWR, 0),
                    "prepare a program");
    for (std::size_t i = 0; i < copies.size(); ++i)
        check_spawn(
            ::posix_spawn_file_actions_adddup2(actions.get(), copies[i].get(), request.descriptors[i].second),
            "prepare a program");
    check_spawn(::posix_spawn_file_actions_addclosefrom_np(actions.get(), first_free), "prepare a program");
    if (!request.working_directory.empty())
        check_spawn(::posix_spawn_file_actions_addchdir_np(actions.get(), request.working_directory.c_str()),
                    "prepare a program");
    Attributes attributes(request.new_session);
    auto args = pointers(request.args), env = pointers(request.env);
    Child child;
    check_spawn(::posix_spawn(&child.pid, request.program.c_str(), actions.get(), attributes.get(),
                              args.data(), env.data()),
                "run " + request.program);
    // The pid cannot be another's: nobody but the caller reaps it.
    child.pidfd = pidfd_open(child.pid);
    return child;
}

}  // namespace dhow::linux
