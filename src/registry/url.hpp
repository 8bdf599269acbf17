#pragma once
// The parts of a URL that decide who gets what.

#include <string>
#include <string_view>

namespace dhow::registry {

struct Url {
    std::string scheme;  ///< "http" or "https"
    std::string host;    ///< as written; an IPv6 address without its brackets
    std::string port;    ///< never empty: the scheme's own when none was written

    /// "host", or "host:port" where the port is not the scheme's own: the name of certificates' folders.
    std::string authority() const;
    bool operator==(const Url&) const = default;
};

/// Reads scheme, host and port. @throws InvalidArgument unless it is an absolute http or https URL
Url parse_url(std::string_view url);

/// What `location`, absolute or not, means in an answer to `base` (RFC 3986, section 5).
/// @throws InvalidArgument
std::string resolve_url(const std::string& base, const std::string& location);

/// `url` with "name=value" added to its query, the value escaped.
std::string with_query(std::string url, std::string_view name, std::string_view value);

/// Escapes all but RFC 3986's unreserved characters.
std::string escape(std::string_view text);

}  // namespace dhow::registry
