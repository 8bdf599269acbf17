#pragma once
// The processes of a container.

#include <set>
#include <string>

#include "engine/containers/containers.hpp"
#include "engine/containers/live.hpp"

namespace dhow::engine {

struct Core;

/// Host pids of all processes in the container's cgroup.
Task<std::set<int>> container_pids(Core& core, LivePtr container);

/// Rows of ps(1), run on the host with `arguments`, whose PID is one of `pids`. Blocking.
/// @throws InvalidArgument when the arguments leave no PID column, or ps refuses them.
ProcessTable process_table(const std::set<int>& pids, const std::string& arguments);

/// The rows of `output` that are about `pids`: a pure function.
ProcessTable filter_processes(const std::string& output, const std::set<int>& pids);

}  // namespace dhow::engine
