#pragma once
// The programs docker-credential-NAME (github.com/docker/docker-credential-helpers).

#include <optional>
#include <string>

#include "wire/registry.hpp"

namespace dhow::cli {

/// @throws NotFound when there is no such program, Unavailable with what it said when it failed
std::optional<wire::AuthConfig> ask_helper(const std::string& helper, const std::string& key);
void tell_helper(const std::string& helper, const wire::AuthConfig& config);
void erase_from_helper(const std::string& helper, const std::string& key);

}  // namespace dhow::cli
