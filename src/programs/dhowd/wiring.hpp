#pragma once
// The whole daemon in one place: what it is made of, and in which order that starts and ends.

#include "programs/dhowd/config.hpp"

namespace dhow::daemon {

/// Runs the daemon until SIGTERM or SIGINT. @throws Error when it cannot start.
void run(Config config);

}  // namespace dhow::daemon
