#pragma once
// What a container changed of its image.

#include <vector>

#include "engine/containers/views.hpp"
#include "store/snapshots.hpp"

namespace dhow::engine {

/// All changes, sorted by path; what is mounted into the container is none. Blocking.
std::vector<Change> find_changes(const store::Snapshot& snapshot, const Container& record);

}  // namespace dhow::engine
