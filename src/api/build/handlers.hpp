#pragma once
// Builds of the classic API, and what dhow's own command line needs beside it.

#include "api/build/agent_line.hpp"
#include "api/build/context_line.hpp"
#include "api/http/exchange.hpp"
#include "build/builder.hpp"
#include "engine/engine.hpp"

namespace dhow::api::build {

/// Whom the handlers speak for. All outlives them.
struct Place {
    engine::Engine& engine;
    dhow::build::Builder& builder;
    AgentLines& agents;
    ContextLines& contexts;
};

/// POST /build
Task<void> build(Place place, http::Exchange& exchange);
/// POST /build/prune
Task<void> prune(Place place, http::Exchange& exchange);
/// GET /build/output?image=ID&type=docker|oci|tar: a built image as an archive, or its files. dhow's own.
Task<void> output(dhow::build::Builder& builder, http::Exchange& exchange);
/// GET /build/cache?image=ID&mode=min|max&tag=TAG: a build's cache as the tar of an OCI layout. dhow's own.
Task<void> cache(dhow::build::Builder& builder, http::Exchange& exchange);

}  // namespace dhow::api::build
