#pragma once
// /containers

#include <vector>

#include "api/http/router.hpp"
#include "engine/engine.hpp"

namespace dhow::api::containers {

/// The table of routes. `engine` must outlive it.
std::vector<http::Route> routes(engine::Engine& engine);

}  // namespace dhow::api::containers
