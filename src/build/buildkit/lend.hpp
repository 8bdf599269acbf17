#pragma once
// What a client lends to its build: secrets, its ssh agents, its names at registries. Asked for by what the
// Dockerfile names, and kept for that build alone.

#include <memory>
#include <string>

#include "build/agents.hpp"
#include "build/buildkit/recipe.hpp"

namespace dhow::build::buildkit {

/// Fills the secrets and agents of a recipe's request in, those that the client has.
Task<std::shared_ptr<Agents>> borrow(Delivery delivery, std::shared_ptr<Recipe> recipe);

/// The client's name at a registry; empty when it has none.
Task<registry::Credentials> credentials_for(std::shared_ptr<Session> session, std::string domain);

}  // namespace dhow::build::buildkit
