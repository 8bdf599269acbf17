#pragma once
// The body of every answer that is no success, and the line of a progress stream that reports a failure.

#include <string>

#include "base/json.hpp"

namespace dhow::wire {

struct ErrorResponse {
    std::string message;
};

}  // namespace dhow::wire

template <>
struct dhow::json::Members<dhow::wire::ErrorResponse> {
    static constexpr auto list = std::tuple{member("message", &wire::ErrorResponse::message)};
};
