#pragma once
// Building images: POST /build and POST /build/prune.

#include <vector>

#include "api/http/router.hpp"
#include "build/builder.hpp"
#include "engine/engine.hpp"

namespace dhow::api::build {

std::vector<http::Route> routes(engine::Engine& engine, dhow::build::Builder& builder);

}  // namespace dhow::api::build
