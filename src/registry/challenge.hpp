#pragma once
// WWW-Authenticate (RFC 9110, section 11.6.1): what a registry wants to see.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::registry {

struct Challenge {
    std::string scheme;                             ///< in lower case: "bearer", "basic"
    std::map<std::string, std::string> parameters;  ///< names in lower case

    /// A parameter, or "".
    std::string get(const std::string& name) const;
};

/// Reads one header's value, which may hold several challenges. What is malformed ends the list: a server's
/// nonsense is no reason to fail before it was asked otherwise.
std::vector<Challenge> parse_challenges(std::string_view header);

}  // namespace dhow::registry
