#pragma once
// Archives that are sent to the daemon and fetched from it.

#include <string>

#include "cli/session.hpp"

namespace dhow::cli {

/// Sends a file as the body of `request` ("-" or "" is standard input). @throws InvalidArgument, DaemonError.
client::Connection send_archive(Session& session, client::Request request, const std::string& path);

/// Writes a response's body to a file, which appears whole or not at all, or to standard output when `path`
/// is empty.
/// @throws Exit when standard output is a terminal.
void receive_archive(client::Connection connection, const std::string& path);

}  // namespace dhow::cli
