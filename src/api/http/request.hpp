#pragma once
// The head of a request, after parsing and before routing.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/query.hpp"
#include "wire/versions.hpp"

namespace dhow::api::http {

enum class Method { get, head, post, put, delete_, options, other };

std::string_view method_name(Method method);

struct Request {
    Method method = Method::other;
    std::string target;  ///< as it was sent
    std::string path;    ///< decoded, without the version's prefix once it is routed
    Query query;
    std::vector<std::pair<std::string, std::string>> headers;
    bool http_1_0 = false;
    bool upgrade = false;                         ///< it has an Upgrade header: 101 is expected
    bool expects_continue = false;                ///< the body comes once 100 was answered
    std::optional<std::uint64_t> content_length;  ///< none: chunked, or no body

    // Set by the router.
    wire::ApiVersion version = wire::newest;
    std::string name;  ///< what stands for {name} in the route's pattern

    /// The first header of that name in any case; "" when there is none.
    std::string_view header(std::string_view wanted) const;
};

}  // namespace dhow::api::http
