#pragma once
// A bundle becomes a process: the verbs, as the shim and the runtime's own command line call them.
//
// create() makes everything and leaves the container's first process waiting just before its exec; start()
// lets it go. Whoever calls create() is the parent of that process and reaps it. All of it is for programs of
// a single thread: the child runs in a copy of the caller's memory until its exec. Source: OCI runtime
// specification, runtime.md (lifecycle) and config-linux.md.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/unique_fd.hpp"
#include "linux/cgroup/stats.hpp"
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
    /// Keeps an overlay root mounted, detached, beyond the end of the container: what was written is brought
    /// to the disk when the last one lets go of it, and otherwise the exit would wait for that. Close it once
    /// the exit status is told; the same folders are not to be mounted before.
    UniqueFd root;
};

struct CreateRequest {
    std::string id;
    std::filesystem::path bundle;      ///< holds config.json
    std::filesystem::path state_root;  ///< holds a folder a container, with state.json
    StandardStreams streams;
    /// An open network namespace that stands in for the one in config.json, or -1. Borrowed.
    int network_namespace = -1;
    /// The container's first process is killed when the caller ends.
    bool die_with_parent = false;
    /// start_by_name() starts the container, possibly from another program; the caller may end before.
    bool start_by_name = false;
};

/// A container whose first process waits for start(). Destroying it before start() has succeeded, and without
/// leave_waiting(), kills, reaps and removes it all.
class Created {
  public:
    Created(Process created, UniqueFd gate, std::vector<UniqueFd> used, std::filesystem::path state_root,
            std::string id, bool has_poststart_hooks);
    Created(Created&&) noexcept;
    Created& operator=(Created&&) = delete;
    ~Created();

    Process process;

    /// Lets the process exec its program, and waits until it did (or failed to); then runs the poststart
    /// hooks.
    /// @throws Error as exec_failure() says it.
    void start();

    /// For a container that start_by_name() starts: it may outlive this object.
    void leave_waiting() noexcept {
        gate_.reset();
        used_.clear();
        id_.clear();
    }

  private:
    UniqueFd gate_;
    /// What the child took with it at its birth: closed when it goes on, and nobody waits for that.
    std::vector<UniqueFd> used_;
    std::filesystem::path state_root_;
    std::string id_;  ///< empty: nothing is undone
    bool has_poststart_hooks_ = false;
};

/// Creates the container of a bundle. Nothing is left behind when it throws.
/// @throws InvalidArgument when the bundle asks for what cannot be; NotImplemented when this host cannot;
///         Conflict when the id is taken; SystemError of the step that failed.
Created create(const CreateRequest& request);

/// Starts a container that was created with `start_by_name`. @throws as Created::start(); Conflict
void start_by_name(const std::filesystem::path& state_root, const std::string& id);

/// A running container as exec() enters it: what all execs in it have in common, read once. It holds some
/// descriptors of the cgroup's folders.
class RunningContainer {
  public:
    /// @throws NotFound; Conflict when it does not run.
    RunningContainer(const std::filesystem::path& state_root, const std::string& id);
    RunningContainer(RunningContainer&&) noexcept;
    RunningContainer& operator=(RunningContainer&&) noexcept;
    ~RunningContainer();

    struct Facts;
    const Facts& facts() const noexcept { return *facts_; }

  private:
    std::unique_ptr<Facts> facts_;
};

struct ExecRequest {
    oci::Process process;
    StandardStreams streams;
};

/// Runs one more process in a running container; returns once its exec succeeded. The caller is its parent.
/// @throws Error as exec_failure() says it; Conflict when the container is paused or has ended.
Process exec(const RunningContainer& container, const ExecRequest& request);

/// What a failed exec is called. The exit status that docker gives is found from the kind:
/// NotFound (no such program: 127), Forbidden (cannot be run: 126), all else 125 or 128.
/// The message reads as docker's users know it: `exec: "foo": executable file not found in $PATH`.
[[noreturn]] void exec_failure(const std::string& program, int error);

enum class Status { created, running, paused, stopped };
std::string_view status_name(Status status);

/// A container as `state`, `list` and hooks describe it.
struct ContainerState {
    std::string id;
    Status status = Status::stopped;
    pid_t pid = 0;  ///< 0 when it is stopped
    std::filesystem::path bundle;
    std::filesystem::path rootfs;
    std::string created;  ///< RFC 3339
    std::string owner;
    std::map<std::string, std::string> annotations;
};

/// @throws NotFound
ContainerState state(const std::filesystem::path& state_root, const std::string& id);
std::vector<ContainerState> list(const std::filesystem::path& state_root);

/// Sends a signal to the first process, or with `all` to every process of the container's cgroup.
/// @throws Conflict when it does not run.
void kill(const std::filesystem::path& state_root, const std::string& id, int signal, bool all);

/// Stops all processes where they are, and lets them go on. @throws Conflict when it is not in that state.
void pause(const std::filesystem::path& state_root, const std::string& id);
void resume(const std::filesystem::path& state_root, const std::string& id);

/// Changes limits of a container. Only what is set in `resources` is written.
void update(const std::filesystem::path& state_root, const std::string& id, const oci::Resources& resources);

/// Kills what is left of the container, runs its poststop hooks, and removes its cgroups and its state
/// folder. A container of which nothing is left is fine.
/// @throws Conflict when it runs and `force` is false.
void remove(const std::filesystem::path& state_root, const std::string& id, bool force);

/// Processes of the container's cgroup, by the host's pids.
std::vector<pid_t> processes(const std::filesystem::path& state_root, const std::string& id);

linux::cgroup::Stats stats(const std::filesystem::path& state_root, const std::string& id);

/// How often the kernel killed a process of the container for memory (memory.events, memory.oom_control).
std::uint64_t oom_kills(const std::filesystem::path& state_root, const std::string& id);

/// A descriptor for poll(2) that becomes readable when the container ran out of memory; read it empty then.
UniqueFd oom_event(const std::filesystem::path& state_root, const std::string& id);

}  // namespace dhow::runtime
