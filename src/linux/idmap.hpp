#pragma once
// Ids of user namespaces: user_namespaces(7).

#include <cstdint>
#include <vector>

#include <sys/types.h>

#include "base/unique_fd.hpp"

namespace dhow::linux {

struct IdRange {
    std::uint32_t inside = 0;
    std::uint32_t outside = 0;
    std::uint32_t size = 0;
};

/// Maps the ids of a process's new user namespace. @throws SystemError
void map_ids(pid_t pid, const std::vector<IdRange>& uids, const std::vector<IdRange>& gids);

/// A user namespace that exists for its mapping alone, as mount_setattr's MOUNT_ATTR_IDMAP wants one.
/// @throws SystemError
UniqueFd mapping_namespace(const std::vector<IdRange>& uids, const std::vector<IdRange>& gids);

}  // namespace dhow::linux
