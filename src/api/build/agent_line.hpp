#pragma once
// dhow's own: `dhow build --ssh`. The classic API gives the daemon no way to call its client, so the client
// keeps a taken-over connection ready for each agent (POST /build/agent); the first byte on it says that a
// command of the build has connected, and the client then connects it to its agent and makes the next one
// ready.

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "api/http/exchange.hpp"
#include "base/async/sync.hpp"
#include "build/agents.hpp"

namespace dhow::api::build {

/// Loop thread.
class AgentLines {
  public:
    explicit AgentLines(asio::any_io_executor executor) : executor_(executor), arrived_(executor) {}

    /// POST /build/agent?key=KEY&id=ID. The key is the client's secret: who knows it is asked by the build's
    /// commands, and nobody else.
    Task<void> serve(http::Exchange& exchange);

    /// Carries the connections of a build's commands to the agent `id` of the client that knows `key`.
    dhow::build::CarryAgent carrier(std::string key, std::string id);

    /// The build is over: what is ready is closed.
    void close(const std::string& key);

  private:
    Task<void> carry(std::string key, std::string id, std::shared_ptr<dhow::build::AgentSocket> socket);

    asio::any_io_executor executor_;
    TimedSignal arrived_;
    /// By key and id. Each is shared with the coroutine that keeps its connection.
    std::map<std::pair<std::string, std::string>, std::deque<std::shared_ptr<UniqueFd>>> ready_;
};

}  // namespace dhow::api::build
