#pragma once
// Hooks: programs of the bundle that run at points of the lifecycle. config.md, POSIX-platform Hooks.

#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "oci/runtime_config.hpp"
#include "runtime/init/plan.hpp"

namespace dhow::runtime::parent {

/// Runs hooks in the runtime's own namespaces, with `state` as their standard input.
/// @throws InternalError that names the hook which failed or took too long, with what it wrote to its stderr.
void run_hooks(const std::vector<oci::Hook>& hooks, const std::string& state);

/// The same, but every hook runs whatever becomes of the others, and none can fail the caller.
void run_hooks_regardless(const std::vector<oci::Hook>& hooks, const std::string& state) noexcept;

/// For the child. @throws InvalidArgument for a path that is not absolute.
std::vector<init::HookStep> plan_hooks(const std::vector<oci::Hook>& hooks);

}  // namespace dhow::runtime::parent
