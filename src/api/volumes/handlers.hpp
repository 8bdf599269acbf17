#pragma once
// One function a route of /volumes.

#include "api/http/exchange.hpp"
#include "engine/engine.hpp"
#include "wire/volume.hpp"

namespace dhow::api::volumes {

using http::Exchange;

wire::Volume to_wire(const engine::Volume& volume);

Task<void> list(engine::Engine& engine, Exchange& exchange);
Task<void> create(engine::Engine& engine, Exchange& exchange);
Task<void> inspect(engine::Engine& engine, Exchange& exchange);
Task<void> remove(engine::Engine& engine, Exchange& exchange);
Task<void> prune(engine::Engine& engine, Exchange& exchange);

}  // namespace dhow::api::volumes
