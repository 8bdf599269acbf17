#pragma once
// What a registry says when it does not do what it was asked.

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "registry/transport.hpp"

namespace dhow::registry {

/// An answer with a status of 400 and above. Its message is the registry's own ("manifest unknown: manifest
/// unknown"), cut to what a person reads; its kind follows from the status.
class Refused : public Error {
  public:
    Refused(int status, std::string code, std::string message);
    int status() const noexcept { return status_; }
    /// The first error's code ("MANIFEST_UNKNOWN"), or "".
    const std::string& code() const noexcept { return code_; }

  private:
    int status_;
    std::string code_;
};

/// Reads the rest of an answer and makes an error of it: the document of distribution-spec, "errors", or
/// that of a token server, or the status alone.
Refused refusal_of(Transfer& transfer, const std::string& method);

}  // namespace dhow::registry
