#pragma once
// Values of options that hold several: "type=local,dest=out".

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dhow::cli {

/// In their order; "a" alone is {"a", ""}. A field in double quotes may hold commas, as in CSV.
using Fields = std::vector<std::pair<std::string, std::string>>;

/// @throws InvalidArgument for a quote that is not closed
Fields read_fields(std::string_view text);

}  // namespace dhow::cli
