#pragma once
// The client of the Engine API.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/json.hpp"
#include "client/connection.hpp"
#include "client/endpoint.hpp"

namespace dhow::client {

/// What the daemon answered instead of doing what was asked. Its kind follows from the status.
class DaemonError : public Error {
  public:
    DaemonError(int status, const std::string& message);
    int status() const noexcept { return status_; }

  private:
    int status_;
};

/// The highest version of the API that dhow speaks.
inline constexpr std::string_view newest_version = "1.51";

/// A client of one daemon. It asks in the newest version straight away, which saves the round trip of a ping;
/// an older daemon's refusal names the version to ask again in. Connections are kept and used again.
class Client {
  public:
    /// `version` is fixed (DOCKER_API_VERSION) when it is not empty.
    explicit Client(Endpoint endpoint, std::string version = {});

    /// Sends a request and reads the answer's head.
    /// @param meanwhile runs while the daemon works.
    /// @throws DaemonError for a status of 400 and above; Unavailable when the daemon cannot be reached.
    Connection call(const Request& request, const std::function<void()>& meanwhile = {});

    /// Sends a request and reads the whole answer; an empty one is null.
    json::Value json(const Request& request, const std::function<void()>& meanwhile = {});
    json::Value get(std::string target);
    json::Value post(std::string target, const json::Value& body = nullptr);
    json::Value remove(std::string target);

    /// Sends a request whose body is written by `write`, which calls its argument with each piece.
    Connection upload(Request request,
                      const std::function<void(const std::function<void(std::string_view)>&)>& write);

    /// Opens a connection ahead of its use by `call`, so that a later call pays no connect.
    void prepare();

    /// Sends a request on a connection of its own, without waiting for the answer; see `finish`. The version
    /// must be settled by an earlier call.
    Connection start(const Request& request);

    /// Waits for the head of the answer to a started request. @throws DaemonError.
    void finish(Connection& connection);

    /// Gives a connection back whose response was read to its end.
    void keep(Connection connection);

    /// Settles the version by a ping. @throws Unavailable.
    void negotiate();

    const Endpoint& endpoint() const { return endpoint_; }
    const std::string& version() const { return version_; }

  private:
    Connection open();
    bool settle_for(const std::string& refusal);

    Endpoint endpoint_;
    std::string version_;
    std::string prefix_;
    bool fixed_;
    std::vector<Connection> idle_;
};

}  // namespace dhow::client
