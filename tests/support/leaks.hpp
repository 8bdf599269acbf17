#pragma once
// What a container leaves in the kernel and on the disk, listed, so that "nothing is left" can be checked.

#include <map>
#include <set>
#include <string>

#include "support/daemon.hpp"

namespace dhow::test {

/// Everything that belongs to one daemon, by kind ("mounts", "cgroups", ...), each entry as a person would
/// name it. The sources are the kernel's own listings, never the daemon's word, but for "rows": what its API
/// lists.
using Inventory = std::map<std::string, std::set<std::string>>;

/// - mounts: in any mount namespace, at or from the daemon's folders (proc_pid_mountinfo(5));
/// - cgroups: below the daemon's own parent in every hierarchy;
/// - namespaces: network namespaces with a process that works for this daemon, and those pinned below its
/// folders;
/// - interfaces and rules: of its host (ip(8), nft(8)), without counters and handles;
/// - processes: that name one of its folders in their command line, but not the daemon;
/// - files: below its exec root, and the containers and layers below its data root;
/// - rows: containers, volumes and images of its API.
Inventory take_inventory(const Daemon& daemon);

/// Compares with `before`, for up to `limit` because clean-up runs behind the answers; then one line for each
/// entry that is new or gone ("+mounts: ..."). Empty when nothing leaked.
std::string leaked_since(const Daemon& daemon, const Inventory& before, std::chrono::milliseconds limit = 5s);

}  // namespace dhow::test
