#pragma once
// Whole files, as options name them.

#include <string>

namespace dhow::cli {

/// The content of a file; "-" is standard input. @throws InvalidArgument("open PATH: no such file or
/// directory").
std::string read_file(const std::string& path);

}  // namespace dhow::cli
