#pragma once
// URLs that hold a name and a password (RFC 3986, section 3.2.1): these are for the server alone, and are in
// nothing that is shown, logged or kept (CVE-2023-26054).

#include <string>
#include <string_view>

namespace dhow::build {

/// A URL taken apart.
struct Address {
    std::string url;            ///< without name and password
    std::string authorization;  ///< the value of that header for them; "" without any
};

Address read_address(const std::string& url);

/// The text with "xxxxx:xxxxx" in place of the name and the password of every URL in it.
std::string without_credentials(std::string_view text);

}  // namespace dhow::build
