#pragma once
// From challenges to the Authorization header: basic, and tokens of a token server
// (distribution.github.io/distribution/spec/auth/token).

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "registry/challenge.hpp"
#include "registry/transport.hpp"

namespace dhow::registry {

/// What is asked for: "repository:library/busybox:pull,push".
using Scopes = std::vector<std::string>;

/// What one address of a registry has to be shown. Threads share it; they wait while one fetches a token.
class Authorizer {
  public:
    /// `base`: the address the credentials are for; they go there, and to the token server it names.
    Authorizer(std::string base, Credentials credentials, bool verify)
        : base_(std::move(base)), credentials_(std::move(credentials)), verify_(verify) {}

    /// The header's value for a request of `scopes`; "" before anything was learnt, and for nobody.
    /// @throws Refused when the token server refuses
    std::string header(Transport& transport, const Scopes& scopes);

    /// Learns from an answer of 401 to a request that carried `rejected`.
    /// @return false when there is nothing else that could be shown
    bool learn(const Head& head, const Scopes& scopes, const std::string& rejected);

  private:
    struct Token {
        std::string text;
        std::chrono::steady_clock::time_point expires;
    };
    std::string make_header(Transport& transport, const Scopes& scopes);
    Token fetch_token(Transport& transport, const Scopes& scopes);

    const std::string base_;
    const Credentials credentials_;
    const bool verify_;
    std::mutex mutex_;
    std::optional<Challenge> challenge_;
    std::map<Scopes, Token> tokens_;
};

}  // namespace dhow::registry
