#pragma once
// What is in a directory: opendir(3), readdir(3).

#include <string>
#include <vector>

namespace dhow::linux {

/// The names in an open directory without "." and "..", sorted by their bytes. An O_PATH descriptor will do,
/// and the descriptor's own position stays. @throws SystemError
std::vector<std::string> sorted_names(int directory);

}  // namespace dhow::linux
