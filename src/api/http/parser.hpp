#pragma once
// Bytes to requests: RFC 9112, by Boost.Beast's parser, and stricter than it where two readings of one
// message are how requests are smuggled.

#include <memory>
#include <span>
#include <string>

#include "api/http/request.hpp"

namespace dhow::api::http {

/// Reads one request. Keeps at most what it was fed once of a body: the caller takes it before it feeds more.
class Parser {
  public:
    /// Longest head, request line included. `X-Registry-Config` may hold many credentials.
    static constexpr std::size_t head_limit = 256 << 10;

    Parser();
    ~Parser();
    Parser(Parser&&) noexcept;
    Parser& operator=(Parser&&) noexcept;

    /// Takes what it can of `bytes`, and says how much; the rest is to be fed again, with more behind it.
    /// @throws InvalidArgument for what is no request, or one that could be read in two ways.
    std::size_t feed(std::span<const char> bytes);

    bool head_done() const;
    bool done() const;
    /// Whether any byte of a request was seen.
    bool begun() const;
    bool keep_alive() const;

    /// Valid once head_done().
    Request& request();

    /// Gives what was read of the body and not yet taken.
    std::string take_body();
    bool has_body() const;

  private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace dhow::api::http
