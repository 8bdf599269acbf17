#pragma once
// Connected sockets of any family, without the templates of Asio's and Beast's stream operations: a system
// call first, and the loop only when it would block.

#include <boost/asio/generic/stream_protocol.hpp>
#include <initializer_list>
#include <span>
#include <string_view>

#include "base/async/task.hpp"
#include "base/unique_fd.hpp"

namespace dhow::api::http {

using Socket = asio::generic::stream_protocol::socket;

/// Takes a connected stream socket of any family over.
Socket adopt(asio::any_io_executor executor, UniqueFd fd);

/// Waits for bytes and reads some. 0: the peer has sent all it will.
/// @throws ClientGone when the connection is broken or was closed here.
Task<std::size_t> receive(Socket& socket, std::span<char> buffer);

/// Sends all parts, in one system call where the peer keeps up. The bytes must stay until it is done.
/// @throws ClientGone
Task<void> send_all(Socket& socket, std::string_view first, std::string_view second = {},
                    std::string_view third = {});

/// Whether the peer has closed both directions. A TCP peer that did looks half-closed until something is
/// sent.
bool hung_up(Socket& socket);

/// Ends our direction; the peer reads what is under way and then the end.
void end_output(Socket& socket);

/// Closes, waking whoever waits on it.
void close(Socket& socket);

}  // namespace dhow::api::http
