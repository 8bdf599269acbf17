#pragma once

#include "api/http/exchange.hpp"
#include "build/builder.hpp"
#include "engine/engine.hpp"

namespace dhow::api::build {

Task<void> build(engine::Engine& engine, dhow::build::Builder& builder, http::Exchange& exchange);
Task<void> prune(dhow::build::Builder& builder, http::Exchange& exchange);

}  // namespace dhow::api::build
