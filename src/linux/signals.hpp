#pragma once
// Signals by their names (signal(7)).

#include <string>

namespace dhow::linux {

/// "SIGTERM", "term", "15", "RTMIN+3" to a number. @throws InvalidArgument "Invalid signal: x".
int parse_signal(const std::string& text);

}  // namespace dhow::linux
