#pragma once
// The Engine API of one engine on its listeners: what dhowd starts and stops.

#include <chrono>
#include <string>
#include <vector>

#include "api/http/server.hpp"
#include "engine/engine.hpp"
#include "engine/registries.hpp"

namespace dhow::build {
class Builder;
}

namespace dhow::api {

class Server {
  public:
    /// All must outlive the server, and live on the executor's loop thread.
    Server(asio::any_io_executor executor, engine::Engine& engine, engine::Registries& registries,
           dhow::build::Builder& builder);

    /// Binds an address of `-H` ("unix:///run/dhow.sock", "tcp://127.0.0.1:2375"). Clients wait until
    /// start().
    /// @param group owner of a unix socket; empty: "docker" or "dhow" where there is such a group.
    /// @throws InvalidArgument, Conflict when it is in use, SystemError.
    void listen(const std::string& address, const std::string& group = {});

    void start();

    /// Accepts no more, lets requests under way finish for as long as `patience`, then cuts what is left.
    Task<void> stop(std::chrono::milliseconds patience);

  private:
    http::Server server_;
};

/// Every route of the API.
http::Router make_router(engine::Engine& engine, engine::Registries& registries,
                         dhow::build::Builder& builder);

}  // namespace dhow::api
