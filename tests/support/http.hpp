#pragma once
// The Engine API by hand: requests that no client would send, and answers as they stand.

#include <filesystem>
#include <string>

#include "base/json.hpp"
#include "base/unique_fd.hpp"

namespace dhow::test {

struct HttpAnswer {
    int status = 0;
    std::string head;  ///< the status line and the headers
    std::string body;  ///< without the chunks' framing
    json::Value json() const { return json::parse(body); }
};

/// A connection to a daemon's socket.
UniqueFd connect_unix(const std::filesystem::path& socket);

/// Whether `GET /_ping` is answered.
bool answers(const std::filesystem::path& socket);

/// One request on a connection of its own. A body is sent as JSON.
/// @throws InternalError when there is no answer within 30 s.
HttpAnswer request(const std::filesystem::path& socket, const std::string& method, const std::string& target,
                   const std::string& body = "");

}  // namespace dhow::test
