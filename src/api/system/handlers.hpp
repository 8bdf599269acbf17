#pragma once
// One function a route about the daemon itself.

#include "api/http/exchange.hpp"
#include "engine/engine.hpp"

namespace dhow::api::system {

using http::Exchange;

Task<void> ping(Exchange& exchange);
Task<void> answer_options(Exchange& exchange);
Task<void> version(engine::Engine& engine, Exchange& exchange);
Task<void> info(engine::Engine& engine, Exchange& exchange);
Task<void> events(engine::Engine& engine, Exchange& exchange);
Task<void> disk_usage(engine::Engine& engine, Exchange& exchange);

}  // namespace dhow::api::system
