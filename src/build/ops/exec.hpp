#pragma once
// RUN: a container over a stage's layers, as the engine makes them, for one command.

#include <functional>
#include <string>
#include <vector>

#include "build/files/stop.hpp"
#include "build/options.hpp"
#include "build/rootfs.hpp"

namespace dhow::build {

struct ExecRequest {
    std::vector<std::string> args;
    std::vector<std::string> env;
    std::string cwd;
    std::string user;
    Network network;
    std::vector<bundle::Mount> mounts;
};

struct ExecOutcome {
    int exit_code = 0;
    bool out_of_memory = false;
};

/// Called for each piece that the command writes; the command waits until it returns.
using ExecOutput = std::function<Task<void>(bool is_error, std::string bytes)>;

/// Runs it in `workspace`, whose id becomes the container's. Whatever happens, nothing of the container is
/// left but what it wrote into the workspace.
/// @throws InvalidArgument for a command that cannot be run; Unavailable when it was cancelled
Task<ExecOutcome> run_in_container(Services& services, const Request& build, Workspace& workspace,
                                   ExecRequest request, ExecOutput output, Cancellation& stop);

}  // namespace dhow::build
