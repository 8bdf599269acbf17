#pragma once
// The daemon's end of one container's supervisor.
//
// The shim (`dhow-runtime shim`) is the parent of the container and outlives the daemon. It holds the
// terminal or the pipes, writes the log file, reaps, runs execs, counts out-of-memory kills, and writes the
// exit status into its run directory before it tells anyone. A daemon that comes back finds it by its socket
// there.

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/async/task.hpp"
#include "base/unique_fd.hpp"
#include "base/units.hpp"
#include "oci/runtime_config.hpp"

namespace dhow::shim {

/// Where and how the shim keeps the container's output.
struct LogOptions {
    std::string driver = "json-file";    ///< or "none", "local" (as json-file, always compressed)
    std::filesystem::path path;          ///< .../<id>-json.log; rotated files are path.1, path.2(.gz)
    std::int64_t max_size = 20LL << 20;  ///< bytes before the file is rotated; -1: never
    int max_files = 5;
    bool compress = false;
};

/// What a shim needs to know at birth.
struct Spec {
    std::string id;
    std::filesystem::path runtime;        ///< the dhow-runtime program
    std::filesystem::path bundle;         ///< holds config.json
    std::filesystem::path state_root;     ///< the runtime's
    std::filesystem::path run_directory;  ///< of this container: shim.sock, exit.json
    LogOptions log;
    bool open_stdin = false;
    bool stdin_once = false;
};

struct ExitStatus {
    int code = 0;  ///< 128 + signal for a death by signal
    bool oom_killed = false;
    Timestamp at;
};

/// Which streams of a process are wanted. The stream itself is a connected socket on which the shim writes
/// exactly what the Engine API sends: raw bytes for a terminal, else docker's frames (1 byte stream, 3 zero,
/// 4 length big-endian, payload); what is written to it is the process's standard input. A half-close ends
/// the input; the shim ends the stream when the process and all its output are gone, or on the detach keys.
struct AttachRequest {
    std::string exec_id;  ///< empty: the container's first process
    bool in = false;
    bool out = false;
    bool err = false;
    std::string detach_keys;  ///< raw bytes, as "\x10\x11"; empty: none
};

struct ExecRequest {
    std::string exec_id;
    oci::Process process;
    bool in = false;  ///< without it standard input is /dev/null
};

/// No aggregate: g++ 12 destroys the temporaries of one twice in coroutines.
struct StartedExec {
    StartedExec(pid_t process, UniqueFd socket) : pid(process), stream(std::move(socket)) {}
    pid_t pid;
    UniqueFd stream;  ///< as AttachRequest has it; none without one
};

/// What the shim tells by itself. Called on the loop thread; each may be left empty. A callback may drop the
/// last reference to the Client.
struct Events {
    /// Once a Client at most. exit.json is written by then, and the whole output is in the log.
    std::function<void(const ExitStatus&)> exited;
    std::function<void(const std::string& exec_id, const ExitStatus&)> exec_exited;
    std::function<void()> out_of_memory;
    /// The shim itself is gone (killed) before it told an exit. See remove_remains().
    std::function<void()> lost;
};

/// What a shim that was found again says of its container.
struct Status {
    pid_t pid = -1;  ///< of the container's first process; -1 before create()
    bool started = false;
    bool paused = false;
    std::optional<ExitStatus> exit;
    std::vector<std::string> running_execs;
};

/// A connection to one shim. Lives on the loop thread; closing it leaves the shim and the container alone.
class Client {
  public:
    virtual ~Client() = default;

    /// Makes the container up to the point before its exec. Gives the host's pid of its first process.
    /// @throws what runtime::create threw, with its kind.
    virtual Task<pid_t> create() = 0;

    /// Lets the program run; returns after its exec succeeded.
    /// @throws what runtime::Created::start threw, with its kind; the shim then ends by itself.
    virtual Task<void> start() = 0;

    /// Opens the streams of a process: the container's, from spawn() on, or those of an exec that runs.
    virtual Task<UniqueFd> attach(AttachRequest request) = 0;

    /// Runs one more process in the container, its streams opened before its program runs; returns after its
    /// exec succeeded. Without `attach` it has no streams. One round trip.
    /// @throws what runtime::exec threw, with its kind.
    virtual Task<StartedExec> exec(ExecRequest request, std::optional<AttachRequest> attach) = 0;

    virtual Task<void> kill(int signal, bool all) = 0;
    virtual Task<void> exec_kill(std::string exec_id, int signal) = 0;
    virtual Task<void> pause() = 0;
    virtual Task<void> resume() = 0;
    virtual Task<void> update(oci::Resources resources) = 0;
    virtual Task<void> resize(std::string exec_id, unsigned short rows, unsigned short columns) = 0;
    virtual Task<Status> status() = 0;

    /// Ends a shim whose container is over (or was never started): it removes the container's cgroups and
    /// state and exits. Safe to call again.
    /// @throws Conflict when it runs.
    virtual Task<void> dismiss() = 0;
};

/// Starts a shim; the container is not made yet. It does not wait for the shim: what keeps it from working
/// (its log cannot be opened, say) is thrown by create(). So much of its start overlaps what the caller does
/// next.
Task<std::shared_ptr<Client>> spawn(Spec spec, Events events, BlockingPool& pool);

/// Finds the shim of an earlier daemon by the socket in `run_directory`; null when there is none alive. What
/// ended while no daemon was there (the container, its execs) is told through `events` after this has
/// returned.
Task<std::shared_ptr<Client>> reconnect(std::filesystem::path run_directory, Events events);

/// Waits until no shim works in `run_directory`: one that reconnect() did not find may be just beginning, for
/// a daemon that has died. @throws Unavailable when it does not end
Task<void> wait_for_end(std::filesystem::path run_directory, BlockingPool& pool);

/// The exit status that a shim left in `run_directory`, when it has ended. Blocking.
std::optional<ExitStatus> read_exit_status(const std::filesystem::path& run_directory);

/// Kills and removes what is left of a container whose shim was killed: its processes, cgroups and state.
/// Runs `runtime --root state_root delete --force id`. @throws InternalError with what the runtime said.
Task<void> remove_remains(std::filesystem::path runtime, std::filesystem::path state_root, std::string id,
                          BlockingPool& pool);

}  // namespace dhow::shim
