#pragma once
// One function a route of execs.

#include "api/http/exchange.hpp"
#include "engine/engine.hpp"

namespace dhow::api::execs {

using http::Exchange;

Task<void> create(engine::Engine& engine, Exchange& exchange);

/// Detached: answers when it runs. Else the connection becomes its streams, and what goes wrong after that is
/// written on them, as dockerd does.
Task<void> start(engine::Engine& engine, Exchange& exchange);
Task<void> resize(engine::Engine& engine, Exchange& exchange);
Task<void> inspect(engine::Engine& engine, Exchange& exchange);

}  // namespace dhow::api::execs
