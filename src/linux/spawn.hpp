#pragma once
// The one way to start another program: posix_spawn(3), which copies no memory of the parent.

#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "base/unique_fd.hpp"

namespace dhow::linux {

struct SpawnRequest {
    std::string program;            ///< a path; it is not searched for
    std::vector<std::string> args;  ///< with argv[0]
    std::vector<std::string> env;   ///< the whole environment, "NAME=value"
    /// Descriptors of this process and the numbers they get in the child. 0, 1 and 2 are /dev/null when they
    /// are not named; nothing else is inherited.
    std::vector<std::pair<int, int>> descriptors;
    bool new_session = false;
    std::string working_directory;  ///< empty: the parent's
};

struct Child {
    pid_t pid = -1;
    UniqueFd pidfd;
};

/// Starts a program with all signals at their defaults and none blocked. Who calls reaps the child.
/// @throws SystemError; also when the program cannot be executed.
Child spawn(const SpawnRequest& request);

}  // namespace dhow::linux
