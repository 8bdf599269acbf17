#pragma once
// One function a route of /networks.

#include "api/http/exchange.hpp"
#include "engine/engine.hpp"

namespace dhow::api::networks {

using http::Exchange;

Task<void> list(engine::Engine& engine, Exchange& exchange);
Task<void> create(engine::Engine& engine, Exchange& exchange);
Task<void> inspect(engine::Engine& engine, Exchange& exchange);
Task<void> remove(engine::Engine& engine, Exchange& exchange);
Task<void> prune(engine::Engine& engine, Exchange& exchange);
Task<void> connect(engine::Engine& engine, Exchange& exchange);
Task<void> disconnect(engine::Engine& engine, Exchange& exchange);

}  // namespace dhow::api::networks
