#include "linux/idmap.hpp"

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/defer.hpp"
#include "base/error.hpp"
#include "linux/ns.hpp"
#include "linux/proc.hpp"

namespace dhow::linux {

namespace {

std::string lines_of(const std::vector<IdRange>& ranges) {
    std::string lines;
    for (const auto& range : ranges)
        lines += fmt::format("{} {} {}\n", range.inside, range.outside, range.size);
    return lines;
}

}  // namespace

void map_ids(pid_t pid, const std::vector<IdRange>& uids, const std::vector<IdRange>& gids) {
    if (!uids.empty()) write_small_file(fmt::format("/proc/{}/uid_map", pid), lines_of(uids));
    if (!gids.empty()) write_small_file(fmt::format("/proc/{}/gid_map", pid), lines_of(gids));
}

UniqueFd mapping_namespace(const std::vector<IdRange>& uids, const std::vector<IdRange>& gids) {
    pid_t child = try_clone(CLONE_NEWUSER, -1, nullptr);
    if (child == 0)
        for (;;) ::pause();
    if (child < 0) throw SystemError(-child, "make a user namespace");
    Defer reap([&] {
        ::kill(child, SIGKILL);
        while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
        }
    });
    map_ids(child, uids, gids);
    auto path = fmt::format("/proc/{}/ns/user", child);
    return UniqueFd(check(::open(path.c_str(), O_RDONLY | O_CLOEXEC), "open {}", path));
}

}  // namespace dhow::linux
