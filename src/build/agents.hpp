#pragma once
// ssh agents of clients as sockets here, for RUN --mount=type=ssh.

#include <boost/asio/local/stream_protocol.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "base/async/task.hpp"

namespace dhow::build {

using AgentSocket = asio::local::stream_protocol::socket;

/// Carries one connection of a command to the agent, until either end closes it.
using CarryAgent = std::function<Task<void>(std::shared_ptr<AgentSocket>)>;

/// Sockets below the exec root; closed and gone with this. Loop thread.
class Agents {
  public:
    Agents() = default;
    Agents(const Agents&) = delete;
    ~Agents();

    /// @return where the new socket is
    std::filesystem::path open(asio::any_io_executor executor, const std::filesystem::path& exec_root,
                               CarryAgent carry);

  private:
    struct Listener;
    std::filesystem::path folder_;
    std::vector<std::shared_ptr<Listener>> listeners_;
};

/// Carries bytes both ways until both ends have said their last, or one is gone; then closes both.
Task<void> join_sockets(std::shared_ptr<AgentSocket> one, std::shared_ptr<AgentSocket> other);

}  // namespace dhow::build
