#pragma once
// The directory of one run of a container: what the runtime reads, and memory that others may share.
// Blocking.

#include <cstdint>
#include <filesystem>

namespace dhow::engine {

/// Makes the /dev/shm of a container whose IPC mode is "shareable": a tmpfs of `size` bytes at `path`, which
/// containers that join it bind as well. @throws SystemError
void mount_shared_memory(const std::filesystem::path& path, std::int64_t size);

/// Removes the directory of a run that is over, and the memory in it. One that is not there is removed.
void remove_run_directory(const std::filesystem::path& directory);

}  // namespace dhow::engine
