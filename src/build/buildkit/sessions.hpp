#pragma once
// Clients that offer something to builds: a connection each, where the client answers calls and the builder
// makes them. Found by an id that is the client's secret: who knows it may use what is offered.
// Source: moby/buildkit, session/manager.go.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/async/sync.hpp"
#include "rpc/connection.hpp"

namespace dhow::build::buildkit {

/// What a client says of itself when it connects: the headers X-Docker-Expose-Session-*.
struct Offer {
    std::string id;
    std::string name;
    std::string shared_key;            ///< builds of the same folder have the same
    std::vector<std::string> methods;  ///< "/moby.filesync.v1.FileSync/DiffCopy"
};

class Session {
  public:
    Session(Offer offer, std::shared_ptr<rpc::Connection> connection);

    const std::string& id() const { return id_; }
    const std::string& shared_key() const { return shared_key_; }
    bool offers(const std::string& method) const;
    const std::shared_ptr<rpc::Connection>& connection() const { return connection_; }

  private:
    std::string id_;
    std::string shared_key_;
    std::set<std::string> methods_;  // in lower case
    std::shared_ptr<rpc::Connection> connection_;
};

/// Loop thread.
class Sessions {
  public:
    explicit Sessions(asio::any_io_executor executor) : executor_(executor), arrived_(executor) {}

    /// @throws InvalidArgument, Conflict for an offer that cannot be taken
    void check(const Offer& offer) const;

    /// Keeps a session for as long as its connection lasts.
    Task<void> serve(Offer offer, UniqueFd socket);

    /// The session of that id; waits a few seconds for one that is about to come.
    /// @throws NotFound "no active session for ID"
    Task<std::shared_ptr<Session>> find(std::string id);

  private:
    asio::any_io_executor executor_;
    std::map<std::string, std::shared_ptr<Session>> sessions_;
    TimedSignal arrived_;
};

}  // namespace dhow::build::buildkit
