#pragma once
// Facts about the daemon as the wire's documents.

#include "engine/engine.hpp"
#include "wire/event.hpp"
#include "wire/system.hpp"

namespace dhow::api::system {

wire::Version to_wire(const engine::HostVersion& host);
wire::Info to_wire(const engine::SystemInfo& info, const engine::Options& options);
wire::Event to_wire(const engine::Event& event);

}  // namespace dhow::api::system
