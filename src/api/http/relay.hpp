#pragma once
// A hijacked connection: bytes of a client to a process and back.

#include <memory>
#include <string>

#include "api/http/socket.hpp"

namespace dhow::api::http {

/// Carries bytes both ways until `stream` ends or the client is gone, then closes `stream` and ends `client`.
/// @param early what the client sent already.
/// @param owner keeps `client` alive for as long as bytes are carried.
/// A client's half-close is passed on as one: the process sees the end of its input, its output still comes.
Task<void> relay(Socket& client, std::string early, UniqueFd stream, std::shared_ptr<void> owner);

}  // namespace dhow::api::http
