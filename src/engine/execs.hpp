#pragma once
// Execs: more processes in running containers.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/async/task.hpp"
#include "base/unique_fd.hpp"
#include "engine/model/exec.hpp"

namespace dhow::engine {

struct Core;
struct Live;

struct ExecStartRequest {
    bool detach = false;
    bool tty = false;  ///< must be what the exec was created with
    std::optional<std::pair<unsigned short, unsigned short>> console_size;  ///< rows, columns
};

class Execs {
  public:
    explicit Execs(Core& core) : core_(core) {}
    Execs(const Execs&) = delete;

    /// @return the exec's id. @throws Conflict when the container does not run or is paused.
    Task<std::string> create(std::string container, ExecConfig config);

    /// To be called before the connection is upgraded: later errors go into the stream as text, as docker
    /// sends them. @throws NotFound "No such exec instance: x"; Conflict when it ran already or the container
    /// has stopped.
    void require_startable(const std::string& id) const;

    /// Runs it. @return the connected socket of its streams (see shim::AttachRequest), empty when detached.
    /// @throws what its exec failed with; the exit code (126, 127) is then in inspect().
    Task<UniqueFd> start(std::string id, ExecStartRequest request);

    /// @throws NotFound.
    Exec inspect(const std::string& id) const;
    Task<void> resize(std::string id, unsigned short rows, unsigned short columns);

    // For the engine itself.

    /// Takes in that an exec has ended.
    void finish(Live& container, const std::string& id, int exit_code, Timestamp at);

  private:
    Core& core_;
};

}  // namespace dhow::engine
