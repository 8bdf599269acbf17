#pragma once
// The container's mounts: docker's own, and those that were asked for.

#include <string>
#include <vector>

#include "bundle/spec.hpp"
#include "oci/runtime_config.hpp"

namespace dhow::bundle {

/// All mounts, parents before children. One that was asked for replaces docker's own at the same place.
/// `propagation` becomes what the root must have so that shared and slave binds work ("" if they do anyway).
/// @throws InvalidArgument.
std::vector<oci::Mount> build_mounts(const Spec& spec, std::string& propagation);

/// `--tmpfs` options over docker's (noexec, nosuid, nodev), the last of opposites winning.
/// @throws InvalidArgument for an unknown option.
std::vector<std::string> merge_tmpfs_options(const std::vector<std::string>& options);

}  // namespace dhow::bundle
