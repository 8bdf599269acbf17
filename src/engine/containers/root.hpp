#pragma once
// A container's files as the daemon sees them: its root with its volumes and binds, in a mount namespace of
// its own that no other process is in. Other mounts of the container (/proc, /dev, tmpfs, what it mounted
// itself) are not there. A volume that is a tmpfs is each container's own: it is taken from the container
// while that runs, and is empty otherwise.
//
// The daemon never walks a path of a container: who is handed the root opens by openat2(2) with
// RESOLVE_IN_ROOT (linux/path.hpp), also for the places where volumes are mounted.

#include <functional>

#include "base/async/task.hpp"
#include "engine/containers/live.hpp"

namespace dhow::engine {

struct Core;

enum class RootAccess { read, write };

/// Runs `work` with the opened root, on a thread of its own that blocks as it likes. The root of a container
/// that runs is the very mount the container has; writing into one that does not keeps it from starting
/// meanwhile.
/// @param with_mounts whether volumes and binds are there
Task<void> with_root(Core& core, LivePtr container, RootAccess access, bool with_mounts,
                     std::function<void(int root)> work);

}  // namespace dhow::engine
