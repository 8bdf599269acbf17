#pragma once
// The container's device nodes and the rules for which it may use.

#include "bundle/spec.hpp"
#include "oci/runtime_config.hpp"

namespace dhow::bundle {

/// Adds `--device`, `--device-cgroup-rule` and, for a privileged container, all devices of the host's /dev.
/// The devices that every container has (null, zero, full, random, urandom, tty, console, ptmx) are the
/// runtime's to make; the rules name them here.
/// @throws InvalidArgument for a path that is no device.
void add_devices(const Spec& spec, std::vector<oci::Device>& devices, std::vector<oci::DeviceRule>& rules);

}  // namespace dhow::bundle
