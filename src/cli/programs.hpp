#pragma once
// Other programs that commands run.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"

namespace dhow::cli {

/// The path of a program in $PATH.
std::optional<std::string> find_program(const std::string& name);

/// Runs a program and hands on what it prints, piece by piece; its standard error is ours.
/// @param environment "NAME=value", which goes before this process's own
/// @return its exit status as a shell gives it
int run_program(const std::string& path, std::vector<std::string> arguments,
                const std::vector<std::string>& environment,
                const std::function<void(std::string_view)>& output);

}  // namespace dhow::cli
