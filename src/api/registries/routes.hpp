#pragma once
// What reaches into registries: /images/create, push and search, /auth, /distribution.

#include <vector>

#include "api/http/router.hpp"
#include "engine/engine.hpp"
#include "engine/registries.hpp"

namespace dhow::api::registries {

/// The table of routes. Both must outlive it.
std::vector<http::Route> routes(engine::Engine& engine, engine::Registries& registries);

}  // namespace dhow::api::registries
