#pragma once
// Starting programs that stand on their own: the shim, and the runtime's command line.

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/unique_fd.hpp"

namespace dhow::shim {

struct Child {
    pid_t pid = -1;
    UniqueFd pidfd;
};

/// Starts `program` in a session of its own, with default signals, /dev/null as 0, 1 and 2 (but `errors` as 2
/// when given), `control` as descriptor 3 when given, no other descriptor and no environment but PATH.
/// Blocking until its exec is done (posix_spawn(3), which is vfork: the size of this process does not
/// matter).
/// @throws NotFound when there is no such program; SystemError.
Child spawn_detached(const std::filesystem::path& program, const std::vector<std::string>& args,
                     int control = -1, int errors = -1);

}  // namespace dhow::shim
