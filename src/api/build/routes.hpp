#pragma once
// Building images: /build and what is below it, and BuildKit's connections.

#include <vector>

#include "api/http/router.hpp"
#include "build/builder.hpp"
#include "engine/engine.hpp"
#include "engine/registries.hpp"

namespace dhow::api::build {

std::vector<http::Route> routes(engine::Engine& engine, engine::Registries& registries,
                                dhow::build::Builder& builder);

}  // namespace dhow::api::build
