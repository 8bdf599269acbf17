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

/// What a program is given beside /dev/null as 0, 1 and 2. Borrowed; -1: nothing.
struct GivenDescriptors {
    int control = -1;  ///< becomes 3
    int lock = -1;     ///< becomes 5 (4 is the program itself)
    int errors = -1;   ///< becomes 2
};

/// Starts `program` in a session of its own, with default signals, the descriptors given, no other descriptor
/// and no environment but PATH.
/// Blocking until its exec is done (posix_spawn(3), which is vfork: the size of this process does not
/// matter).
/// @throws NotFound when there is no such program; SystemError.
Child spawn_detached(const std::filesystem::path& program, const std::vector<std::string>& args,
                     const GivenDescriptors& given);

}  // namespace dhow::shim
