#pragma once
// BuildKit's rules by their names. Source: moby/buildkit, frontend/dockerfile/linter/ruleset.go.

#include <string>
#include <string_view>

namespace dhow::build::dockerfile {

/// What a rule wants, in a sentence; "" for one that is not known.
std::string_view rule_description(std::string_view rule);

/// The page that explains it; "" for one that has none.
std::string rule_url(std::string_view rule);

}  // namespace dhow::build::dockerfile
