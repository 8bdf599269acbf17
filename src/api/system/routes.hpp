#pragma once
// /_ping, /version, /info, /events, /system/df

#include <vector>

#include "api/http/router.hpp"
#include "engine/engine.hpp"

namespace dhow::api::system {

/// The table of routes. `engine` must outlive it.
std::vector<http::Route> routes(engine::Engine& engine);

}  // namespace dhow::api::system
