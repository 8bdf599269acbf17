#pragma once
// One function a route of /containers. Each reads the request, calls the engine, and answers.

#include "api/http/exchange.hpp"
#include "engine/engine.hpp"

namespace dhow::api::containers {

using http::Exchange;

// handlers.cpp: documents in, documents out.
Task<void> create(engine::Engine& engine, Exchange& exchange);
Task<void> list(engine::Engine& engine, Exchange& exchange);
Task<void> inspect(engine::Engine& engine, Exchange& exchange);
Task<void> top(engine::Engine& engine, Exchange& exchange);
Task<void> changes(engine::Engine& engine, Exchange& exchange);
Task<void> commit(engine::Engine& engine, Exchange& exchange);
Task<void> update(engine::Engine& engine, Exchange& exchange);
Task<void> prune(engine::Engine& engine, Exchange& exchange);

// verbs.cpp: what happens to a container, without a body in the answer.
Task<void> start(engine::Engine& engine, Exchange& exchange);
Task<void> stop(engine::Engine& engine, Exchange& exchange);
Task<void> restart(engine::Engine& engine, Exchange& exchange);
Task<void> kill(engine::Engine& engine, Exchange& exchange);
Task<void> pause(engine::Engine& engine, Exchange& exchange);
Task<void> unpause(engine::Engine& engine, Exchange& exchange);
Task<void> rename(engine::Engine& engine, Exchange& exchange);
Task<void> resize(engine::Engine& engine, Exchange& exchange);
Task<void> remove(engine::Engine& engine, Exchange& exchange);

// streams.cpp: answers that take as long as the client or the container stays.
Task<void> attach(engine::Engine& engine, Exchange& exchange);
Task<void> logs(engine::Engine& engine, Exchange& exchange);
Task<void> stats(engine::Engine& engine, Exchange& exchange);
Task<void> wait(engine::Engine& engine, Exchange& exchange);

// archive.cpp
Task<void> stat_path(engine::Engine& engine, Exchange& exchange);
Task<void> read_archive(engine::Engine& engine, Exchange& exchange);
Task<void> write_archive(engine::Engine& engine, Exchange& exchange);
Task<void> export_root(engine::Engine& engine, Exchange& exchange);

}  // namespace dhow::api::containers
