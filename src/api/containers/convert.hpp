#pragma once
// Containers: the engine's views as the wire's documents, and requests the other way.

#include "engine/containers/containers.hpp"
#include "wire/container_create.hpp"
#include "wire/container_inspect.hpp"
#include "wire/container_list.hpp"
#include "wire/stats.hpp"

namespace dhow::api::containers {

/// @param shallow_read_only makes read-only bind mounts as they were before API 1.44.
engine::CreateRequest to_engine(const wire::ContainerCreate& request, bool shallow_read_only);
engine::ContainerConfig to_engine(const wire::ContainerConfig& config);
engine::UpdateRequest to_engine(const wire::ContainerUpdate& request);

wire::ContainerInspect to_wire(const engine::ContainerDetails& details);
wire::ContainerSummary to_wire(const engine::ContainerSummary& summary);

/// @param before the sample to compute rates from; null: none.
wire::ContainerStats to_wire(const engine::StatsSample& sample, const engine::StatsSample* before);

}  // namespace dhow::api::containers
