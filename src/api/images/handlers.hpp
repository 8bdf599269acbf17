#pragma once
// One function a route of /images.

#include "api/http/exchange.hpp"
#include "engine/engine.hpp"

namespace dhow::api::images {

using http::Exchange;

// handlers.cpp
Task<void> list(engine::Engine& engine, Exchange& exchange);
Task<void> inspect(engine::Engine& engine, Exchange& exchange);
Task<void> history(engine::Engine& engine, Exchange& exchange);
Task<void> tag(engine::Engine& engine, Exchange& exchange);
Task<void> remove(engine::Engine& engine, Exchange& exchange);
Task<void> prune(engine::Engine& engine, Exchange& exchange);

// transfer_handlers.cpp: archives in and out.
Task<void> import(engine::Engine& engine, Exchange& exchange);
Task<void> load(engine::Engine& engine, Exchange& exchange);
Task<void> save_many(engine::Engine& engine, Exchange& exchange);
Task<void> save_one(engine::Engine& engine, Exchange& exchange);

}  // namespace dhow::api::images
