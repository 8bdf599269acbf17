#pragma once
// A bundle becomes a process: the verbs, as the shim and the runtime's own command line call them.
//
// create() makes everything and leaves the container's first process waiting just before its exec; start()
// lets it go. Whoever calls create() is the parent of that process and reaps it.
// Source: OCI runtime specification, runtime.md (lifecycle) and config-linux.md.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/unique_fd.hpp"
#include "oci/runtime_config.hpp"

namespace dhow::runtime {

/// The descriptors that become 0, 1 and 2 of a process without a terminal. Borrowed: the caller closes them.
struct StandardStreams {
    int in = -1;  ///< -1: /dev/null
    int out = -1;
    int err = -1;
};

/// A process that the runtime made.
struct Process {
    pid_t pid = -1;
    UniqueFd pidfd;
    /// The master side of the terminal, when `process.terminal` was asked for.
    UniqueFd terminal;
};

struct CreateRequest {
    std::string id;
    std::filesystem::path bundle;      ///< holds config.json
    std::filesystem::path state_root;  ///< holds a folder a container, with state.json
    StandardStreams streams;
    /// An open network namespace that stands in for the path in config.json, or -1. Borrowed.
    int network_namespace = -1;
};

/// A container whose first process waits for start(). Destroying it without start() kills and removes it all.
class Created {
  public:
    Created(Process first, UniqueFd gate, std::filesystem::path state_directory)
        : process(std::move(first)), gate_(std::move(gate)), state_directory_(std::move(state_directory)) {}

    Process process;

    /// Lets the process exec its program, and waits until it did (or failed to).
    /// @throws Error as exec_failure() says it.
    void start();

  private:
    UniqueFd gate_;
    std::filesystem::path state_directory_;
};

/// Creates the container of a bundle. Nothing is left behind when it throws.
/// @throws InvalidArgument when the bundle asks for what cannot be; SystemError of the step that failed.
Created create(const CreateRequest& request);

struct ExecRequest {
    std::filesystem::path state_root;
    std::string id;
    oci::Process process;
    StandardStreams streams;
};

/// Runs one more process in a running container; returns once its exec succeeded.
/// @throws Error as exec_failure() says it; Conflict when the container does not run.
Process exec(const ExecRequest& request);

/// What a failed exec is called. The exit status that docker gives is found from the kind:
/// NotFound (no such program: 127), Forbidden (cannot be run: 126), all else 125 or 128.
/// The message reads as docker's users know it: `exec: "foo": executable file not found in $PATH`.
[[noreturn]] void exec_failure(const std::string& program, int error);

/// Sends a signal to the first process, or with `all` to every process of the container's cgroup.
/// @throws Conflict when it does not run.
void kill(const std::filesystem::path& state_root, const std::string& id, int signal, bool all);

void pause(const std::filesystem::path& state_root, const std::string& id);
void resume(const std::filesystem::path& state_root, const std::string& id);

/// Changes limits of a running container. Only what is set in `resources` is written.
void update(const std::filesystem::path& state_root, const std::string& id, const oci::Resources& resources);

/// Kills what is left of the container and removes its cgroups and its state folder.
/// @throws Conflict when it runs and `force` is false.
void remove(const std::filesystem::path& state_root, const std::string& id, bool force);

/// How often the kernel killed a process of the container for memory (memory.events, memory.oom_control).
std::uint64_t oom_kills(const std::filesystem::path& state_root, const std::string& id);

}  // namespace dhow::runtime
