#pragma once
// The further processes of the container: `docker exec`.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "oci/runtime_config.hpp"
#include "runtime/container.hpp"
#include "shim/protocol/messages.hpp"
#include "shim/server/streams.hpp"

namespace dhow::shim {

class Execs {
  public:
    /// @param exited called when an exec's process was reaped and what it wrote was read.
    Execs(Loop& loop, std::function<void(const protocol::Exit&)> exited)
        : loop_(loop), exited_(std::move(exited)) {}

    /// @throws Conflict when the id is in use.
    void create(const protocol::ExecCreate& request);

    /// @throws what runtime::exec throws; the exec is then gone. NotFound, Conflict (started before).
    pid_t start(const std::string& id, const std::filesystem::path& state_root, const std::string& container);

    /// @throws NotFound.
    void attach(const std::string& id, UniqueFd socket, AttachmentOptions options);
    /// @throws NotFound, Conflict (it does not run, or has no terminal).
    void resize(const std::string& id, unsigned short rows, unsigned short columns);
    /// @throws NotFound, Conflict (it does not run).
    void kill(const std::string& id, int signal);

    /// A child was reaped. False when it is none of these.
    bool reaped(pid_t pid, int code);

    /// The container's first process has ended: nothing more is started.
    void container_ended() noexcept { container_.reset(); }

    std::vector<std::string> running() const;

    /// No exec is left: neither a process nor output that somebody still reads.
    bool empty() const noexcept { return execs_.empty(); }

  private:
    struct Exec {
        std::unique_ptr<oci::Process> process;  ///< until it is started
        std::unique_ptr<Streams> streams;
        pid_t pid = -1;  ///< while it runs
        UniqueFd pidfd;
        bool started = false;
    };

    Exec& find(const std::string& id);

    Loop& loop_;
    std::function<void(const protocol::Exit&)> exited_;
    std::map<std::string, Exec> execs_;
    std::optional<runtime::RunningContainer> container_;  ///< from the first exec on
};

}  // namespace dhow::shim
