#pragma once
// --ssh of `dhow build`: the daemon reaches this machine's ssh agents while it builds. For each agent a
// connection is kept ready; its first byte says that a command of the build wants to talk.

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "client/client.hpp"

namespace dhow::cli {

struct Agent {
    std::string id;      ///< "default"
    std::string socket;  ///< of the agent
};

/// The values of --ssh: "default", "ID=SOCKET". @throws InvalidArgument, NotImplemented for a file with a key
std::vector<Agent> read_agents(const std::vector<std::string>& values);

/// Carries what the daemon's builds say to the agents, on a thread of its own, until it goes.
class AgentForwarder {
  public:
    /// Makes a connection ready for each. @throws Unavailable
    AgentForwarder(client::Client& client, std::vector<Agent> agents);
    AgentForwarder(const AgentForwarder&) = delete;
    ~AgentForwarder();

    /// What the daemon knows this by: a secret.
    const std::string& key() const { return key_; }

  private:
    struct Line {
        std::size_t agent = 0;
        UniqueFd daemon, local;  ///< local: none while nothing has come
    };
    Line make_line(std::size_t agent);
    void run();
    /// @return false when the line is over
    bool serve(Line& line, short events);
    static bool carry(int from, int to);

    std::string key_;
    std::vector<Agent> agents_;
    client::Client client_;
    std::vector<Line> lines_;
    UniqueFd stop_;
    std::thread thread_;
};

}  // namespace dhow::cli
