#pragma once
// The progress of a pull, push, load or import, as the daemon tells it.

#include "client/streams.hpp"

namespace dhow::cli {

/// Shows the messages until the end: lines that are drawn again on a terminal, plain lines elsewhere.
/// @param fd where to; -1 for nowhere.
/// @throws Unavailable with the daemon's message when the operation failed.
void show_progress(client::JsonStream stream, int fd);

}  // namespace dhow::cli
