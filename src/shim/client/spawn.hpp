#pragma once
// Starting the runtime's program, which stands on its own: as a shim, and for its command line.

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "linux/spawn.hpp"

namespace dhow::shim {

/// Starts `program` in a session of its own, with no environment but PATH, by a name through which no
/// container can overwrite it (CVE-2019-5736).
/// @param descriptors borrowed, and the numbers they get; 4 is the program itself.
/// @throws NotFound when there is no such program; SystemError.
linux::Child spawn_runtime(const std::filesystem::path& program, const std::vector<std::string>& args,
                           std::vector<std::pair<int, int>> descriptors);

}  // namespace dhow::shim
