#pragma once
// Limits in the Engine API's units become those of the OCI document.

#include "bundle/spec.hpp"
#include "oci/runtime_config.hpp"

namespace dhow::bundle {

/// Refuses limits that contradict one another or the machine, in docker's words. build() calls it; so can a
/// request, before anything is made.
/// @throws InvalidArgument.
void check_resources(const Resources& resources);

/// Everything but the device rules. Device paths of block I/O limits are looked up on the host.
/// @throws InvalidArgument.
oci::Resources to_oci_resources(const Resources& resources);

}  // namespace dhow::bundle
