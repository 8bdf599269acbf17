#pragma once
// The configuration to begin with, where nobody has written one.

#include "oci/runtime_config.hpp"

namespace dhow::oci {

/// What `runc spec` gives: sh on a terminal in a read-only root ("rootfs"), with a namespace of each kind but
/// user, the usual mounts and masks, and three capabilities.
RuntimeConfig example_runtime_config();

}  // namespace dhow::oci
