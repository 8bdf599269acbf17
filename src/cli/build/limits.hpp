#pragma once
// What the commands of a build may use: the options of the classic builder.

#include "cli/options/arguments.hpp"
#include "client/http.hpp"

namespace dhow::cli {

/// @throws InvalidArgument for a limit that is malformed
void add_limits(client::Target& target, const Arguments& arguments);

}  // namespace dhow::cli
