#pragma once
// After a start of the daemon: what the last one left is taken over, finished or undone.

#include "base/async/task.hpp"

namespace dhow::engine {

struct Core;

/// Brings memory, database, shims, disk and networks together. What was wrong is logged.
///
/// - A container whose shim lives runs on; what ended meanwhile is taken in as if it ended now.
/// - A start that was cut in half is undone, a removal that was cut in half is finished.
/// - Snapshots, directories, shims and network leases that belong to no container are removed.
/// - Restart policies are applied; those starts go on in the background.
Task<void> recover(Core& core);

}  // namespace dhow::engine
