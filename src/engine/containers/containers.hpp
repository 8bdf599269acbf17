#pragma once
// Containers: every verb of the Engine API on them, in the API's terms but without its documents.
//
// All calls are made on the loop thread. Names in parameters are what users give: a name (with or without its
// slash), an id, or the unique prefix of one; all verbs throw NotFound "No such container: x" for others, and
// InvalidArgument for a prefix of several. list() and inspect() read records in memory and wait for nobody.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/async/task.hpp"
#include "base/unique_fd.hpp"
#include "engine/containers/views.hpp"
#include "engine/logs/log_stream.hpp"
#include "engine/model/container.hpp"
#include "engine/model/filters.hpp"
#include "image/source.hpp"
#include "oci/reference.hpp"

namespace dhow::engine {

struct Core;

struct CreateRequest {
    std::string name;  ///< empty: one is made up
    ContainerConfig config;
    HostConfig host_config;
    NetworkingConfig networking;
    std::string platform;  ///< "linux/amd64[/variant]"; empty: the host's
};

struct CreateResult {
    std::string id;
    std::vector<std::string> warnings;
};

struct ListRequest {
    bool all = false;
    int limit = 0;  ///< the newest ones, running or not; 0 and less: no limit
    bool size = false;
    Filters filters;
};

struct RemoveRequest {
    bool force = false;
    bool volumes = false;  ///< its anonymous volumes too
    bool link = false;
};

struct AttachRequest {
    bool in = false;
    bool out = false;
    bool err = false;
    std::optional<std::string> detach_keys;  ///< "ctrl-p,ctrl-q"; none: the default; empty: none
};

/// A client's place at a container's streams, taken before the container runs or while it does.
class Attachment {
  public:
    virtual ~Attachment() = default;

    /// Whether the bytes are a terminal's (no frames).
    virtual bool tty() const = 0;

    /// Waits for the container to be started, and gives a connected socket with exactly the Engine API's
    /// bytes on it (see shim::AttachRequest); an empty UniqueFd when the container ended or went before that,
    /// or its start failed. Call it once.
    virtual Task<UniqueFd> stream() = 0;

    /// Gives the place up: a pending stream() gives an empty UniqueFd.
    virtual void close() = 0;
};

enum class WaitCondition { not_running, next_exit, removed };

struct WaitResult {
    int exit_code = 0;
    std::string error;  ///< why it ended without an exit status of its own
};

/// A registered wait: what happens after containers.wait() returned is not missed.
class ExitWait {
  public:
    virtual ~ExitWait() = default;
    /// Call it once. None when close() was called.
    virtual Task<std::optional<WaitResult>> result() = 0;
    virtual void close() = 0;
};

struct UpdateRequest {
    /// A field that is 0, empty or none is left as it is.
    Resources resources;
    std::optional<RestartPolicy> restart_policy;
};

struct PruneResult {
    std::vector<std::string> deleted;
    std::uint64_t space_reclaimed = 0;  ///< bytes
};

/// `docker top`: a title line and a row a process, as ps(1) prints them.
struct ProcessTable {
    std::vector<std::string> titles;
    std::vector<std::vector<std::string>> processes;
};

struct CommitRequest {
    std::optional<oci::Reference> name;
    std::string author, message;
    std::vector<std::string> changes;       ///< Dockerfile instructions
    bool pause = true;                      ///< while the files are read
    std::optional<ContainerConfig> config;  ///< goes before the container's own
};

/// What HEAD of a path in a container says.
struct PathStat {
    std::string name;
    std::int64_t size = 0;
    unsigned mode = 0;  ///< st_mode
    Timestamp modified;
    std::string link_target;  ///< of a symbolic link: where it leads in the container, absolute
};

struct ExtractRequest {
    std::string path;          ///< a folder
    bool keeps_kinds = false;  ///< no folder is replaced by something else, nor the other way round
    bool user_owns = false;    ///< all belongs to the container's user
};

class Containers {
  public:
    explicit Containers(Core& core) : core_(core) {}
    Containers(const Containers&) = delete;

    Task<CreateResult> create(CreateRequest request);

    /// @return false when it was running already (304). @param detach_keys become the container's default.
    Task<bool> start(std::string name, std::string detach_keys = {});

    /// @param timeout seconds; none: the container's; -1: for ever.
    /// @return false when it was not running (304).
    Task<bool> stop(std::string name, std::optional<int> timeout, std::string signal = {});
    Task<void> restart(std::string name, std::optional<int> timeout, std::string signal = {});

    /// @param signal "SIGKILL", "KILL", "9"; empty: SIGKILL. @throws Conflict when it is not running.
    Task<void> kill(std::string name, std::string signal);
    Task<void> pause(std::string name);
    Task<void> unpause(std::string name);
    Task<void> rename(std::string name, std::string new_name);
    Task<void> remove(std::string name, RemoveRequest request);
    Task<PruneResult> prune(Filters filters);
    Task<std::vector<std::string>> update(std::string name, UpdateRequest request);
    Task<void> resize(std::string name, unsigned short rows, unsigned short columns);

    Task<std::vector<ContainerSummary>> list(ListRequest request);
    Task<ContainerDetails> inspect(std::string name, bool size);
    Task<ProcessTable> top(std::string name, std::string ps_arguments);
    Task<StatsSample> stats(std::string name);
    Task<std::vector<Change>> changes(std::string name);

    /// Makes an image of what the container changed. @return its id
    Task<std::string> commit(std::string name, CommitRequest request);

    // Files, with the container's volumes and binds (archive.cpp). Sources and outputs are used on another
    // thread. @throws NotFound "Could not find the file /x in container c"

    Task<PathStat> stat_path(std::string name, std::string path);
    /// Writes a tar of what is at the path: a folder with all below it, named as the path's last part.
    Task<void> read_archive(std::string name, std::string path, std::shared_ptr<image::Output> output);
    Task<void> write_archive(std::string name, ExtractRequest request, std::shared_ptr<image::Source> tar);
    /// Writes the whole root without volumes.
    Task<void> export_root(std::string name, std::shared_ptr<image::Output> output);

    /// @throws Conflict when the container is paused or restarting.
    std::shared_ptr<Attachment> attach(const std::string& name, AttachRequest request);
    std::shared_ptr<ExitWait> wait(const std::string& name, WaitCondition condition);
    /// @throws InvalidArgument when its log driver keeps nothing to read.
    std::shared_ptr<LogStream> logs(const std::string& name, LogsQuery query);

    /// The full id of what a user named.
    std::string resolve(const std::string& name) const;
    bool has_terminal(const std::string& name) const;

  private:
    Core& core_;
};

inline constexpr const char* default_detach_keys = "ctrl-p,ctrl-q";

/// "ctrl-p,ctrl-q" to raw bytes. @throws InvalidArgument "Invalid detach keys (x)".
std::string parse_detach_keys(const std::string& text);

/// "SIGTERM", "term", "15", "RTMIN+3" to a number. @throws InvalidArgument "Invalid signal: x".
int parse_signal(const std::string& text);

}  // namespace dhow::engine
