#pragma once
// What a client lends to its build: secrets, its ssh agents, its names at registries. Asked for by what the
// Dockerfile names, and kept for that build alone.

#include <filesystem>
#include <memory>
#include <string>

#include "build/buildkit/recipe.hpp"

namespace dhow::build::buildkit {

/// Agents of the client, as sockets here; closed with this.
class Agents {
  public:
    Agents() = default;
    Agents(const Agents&) = delete;
    ~Agents();

    /// A socket whose connections are carried to the client's agent of that id. @return where it is
    std::filesystem::path open(asio::any_io_executor executor, const std::filesystem::path& exec_root,
                               std::shared_ptr<Session> session, const std::string& id);

  private:
    struct Listener;
    std::filesystem::path folder_;
    std::vector<std::shared_ptr<Listener>> listeners_;
};

/// Fills the secrets and agents of a recipe's request in, those that the client has.
Task<std::shared_ptr<Agents>> borrow(Delivery delivery, std::shared_ptr<Recipe> recipe);

/// The client's name at a registry; empty when it has none.
Task<registry::Credentials> credentials_for(std::shared_ptr<Session> session, std::string domain);

}  // namespace dhow::build::buildkit
