#pragma once
// fork and exec for test programs that have threads: between the two only async-signal-safe calls are made.

#include <array>

#include <sys/types.h>

#include "support/shell.hpp"

namespace dhow::test {

/// Starts `command` with `streams` as its descriptors 0, 1, 2, in a process group of its own, or, with
/// `terminal`, in a session of its own whose controlling terminal stream 0 is.
pid_t spawn(const Command& command, std::array<int, 3> streams, bool terminal = false);

}  // namespace dhow::test
