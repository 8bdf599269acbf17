#pragma once
// What is mounted into a container: from its configuration to mount points, and from those to directories.

#include <string>
#include <vector>

#include "base/async/task.hpp"
#include "engine/containers/live.hpp"

namespace dhow::engine {

struct Core;

/// One entry of HostConfig.Binds. @throws InvalidArgument "invalid volume specification: 'x'".
MountPoint parse_bind(const std::string& text);

/// One entry of HostConfig.Mounts, which is valid.
MountPoint from_mount(const Mount& mount);

/// One entry of HostConfig.Tmpfs.
MountPoint from_tmpfs(const std::string& destination, const std::string& options);

/// All mount points of a container: those of VolumesFrom, of Binds, of Mounts, of Tmpfs, and anonymous
/// volumes for the image's and the user's volumes that nothing else covers. Names of anonymous volumes are
/// made here.
/// @param volumes_from mount points of the containers that VolumesFrom names, as they are to appear.
/// @throws InvalidArgument "Duplicate mount point: /x".
std::vector<MountPoint> plan_mounts(const ContainerConfig& config, const HostConfig& host_config,
                                    const std::vector<MountPoint>& volumes_from);

/// Mount points of the containers that VolumesFrom names. @throws NotFound, InvalidArgument.
std::vector<MountPoint> mounts_from(Core& core, const std::vector<std::string>& volumes_from);

/// Makes what is missing: volumes, and sources of binds given as text; fills `source`.
/// @return names of the volumes that were made now.
/// @throws InvalidArgument "bind source path does not exist: /x" for binds given as Mounts.
Task<std::vector<std::string>> realize_mounts(Core& core, Container& record);

}  // namespace dhow::engine
