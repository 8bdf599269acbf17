#pragma once
// Who may act in a run directory.
//
// A daemon that dies between the spawn of a shim and the shim's first step leaves a shim that nobody knows:
// it answers nowhere yet, and would begin to work when the next daemon has taken the folder for abandoned. So
// the lock is taken before the spawn and handed to the shim, which holds it until it has let go of the
// folder. flock(2): the lock belongs to the open file, and goes with the last descriptor of it.

#include <chrono>
#include <filesystem>

#include "base/unique_fd.hpp"

namespace dhow::shim::protocol {

/// Takes the lock of a run directory, which exists. Blocking: waits for a shim that holds it, up to
/// `patience`.
/// @throws Unavailable when it is held longer; SystemError.
UniqueFd lock_run(const std::filesystem::path& run_directory, std::chrono::milliseconds patience);

}  // namespace dhow::shim::protocol
