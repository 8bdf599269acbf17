#pragma once
// How a call ended. Source: grpc/grpc, doc/statuscodes.md.

#include <string>

#include "base/error.hpp"

namespace dhow::rpc {

enum class Code {
    ok = 0,
    cancelled = 1,
    unknown = 2,
    invalid_argument = 3,
    deadline_exceeded = 4,
    not_found = 5,
    already_exists = 6,
    permission_denied = 7,
    resource_exhausted = 8,
    failed_precondition = 9,
    aborted = 10,
    out_of_range = 11,
    unimplemented = 12,
    internal = 13,
    unavailable = 14,
    data_loss = 15,
    unauthenticated = 16,
};

struct Status {
    Code code = Code::ok;
    std::string message;
    /// A google.rpc.Status as bytes, sent as `grpc-status-details-bin`; empty: none.
    std::string details;
};

/// A call that ended with another status than ok.
class CallFailed : public Error {
  public:
    explicit CallFailed(Status status);
    const Status& status() const noexcept { return status_; }

  private:
    Status status_;
};

/// What a failure is to the other end.
Status status_of(const std::exception_ptr& failure);

/// The message as the header `grpc-message` holds it, and back: bytes that HTTP has no room for as %XX.
std::string escape_message(const std::string& message);
std::string unescape_message(const std::string& text);

}  // namespace dhow::rpc
