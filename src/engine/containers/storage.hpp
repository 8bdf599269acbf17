#pragma once
// A container's record in the database, and its directories.

#include "base/async/task.hpp"
#include "engine/containers/live.hpp"
#include "store/database.hpp"

namespace dhow::engine {

struct Core;

/// Writes the record as it is now. Saves of one container follow one another, and one that was removed
/// meanwhile is not written again.
Task<void> save(Core& core, LivePtr container, store::Durability durability);

/// Writes the record of a new container, and with it those of the anonymous volumes made for it: after a
/// crash all are there or none.
Task<void> insert(Core& core, LivePtr container, store::Durability durability);

/// The same as save beside everything else; a failure is logged.
void save_in_background(Core& core, const LivePtr& container);

/// Removes the record, and with it those of `volumes`. From then on the container does not exist after a
/// restart either.
Task<void> erase(Core& core, LivePtr container, std::vector<std::string> volumes,
                 store::Durability durability);

/// Removes what a container has on disk: snapshot, log, run directory. Blocking.
void remove_directories(Core& core, const std::string& id);

}  // namespace dhow::engine
