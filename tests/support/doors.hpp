#pragma once
// The ways to ask for a build. What an image is must not depend on which one was taken.

#include <optional>
#include <string>
#include <vector>

#include "support/daemon.hpp"

namespace dhow::test {

enum class Door {
    dhow,     ///< `dhow build`
    classic,  ///< `docker build` with DOCKER_BUILDKIT=0
    buildx,   ///< `docker build` by the buildx plugin
};

/// All of them; with DHOW_PEER in the environment, those that dockerd has.
std::vector<Door> doors();

/// For the names of tests.
std::string to_text(Door door);

/// Why a door cannot be tried on this machine; none if it can.
std::optional<std::string> missing(Door door);

/// A line for bash as Daemon::sh has it, in which `docker build` goes through `door`.
Command through(const Daemon& daemon, Door door, const std::string& line);

}  // namespace dhow::test
