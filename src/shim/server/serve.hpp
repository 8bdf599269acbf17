#pragma once
// The `shim` verb of dhow-runtime.

namespace dhow::shim {

/// Becomes the supervisor of one container and returns the exit status of the program once it is dismissed.
/// Descriptor `control` is the first control connection (protocol/messages.hpp), `lock` that of the run
/// directory (protocol/run_lock.hpp) or -1; all others above 2 are closed. The caller has nothing else
/// running: this takes over the process's signals, its name and its children.
int serve(int control, int lock);

}  // namespace dhow::shim
