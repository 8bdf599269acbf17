#pragma once
// The one place where errors become answers.

#include <exception>
#include <string_view>

#include "api/http/exchange.hpp"

namespace dhow::api::http {

/// The status code of a kind of failure.
int status_of(ErrorKind kind);

/// "Not Found"
std::string_view reason_phrase(int status);

/// `{"message": "..."}` with its status. An exception that is no dhow::Error is a fault of ours: 500.
Response error_response(const std::exception_ptr& failure);

/// The message that a user sees of a failure.
std::string error_message(const std::exception_ptr& failure);

}  // namespace dhow::api::http
