#pragma once
// The folders of a hierarchy: made with what a child needs to be used, walked, and removed. Behind
// cgroup.hpp.

#include <string>
#include <vector>

#include <sys/types.h>

#include "linux/cgroup/hierarchy.hpp"

namespace dhow::linux::cgroup {

/// Makes the folder `path` ("/a/b") with those above it, and hands it its parents' controllers (v2) and
/// processors (v1's cpuset). False when it was there already. @throws SystemError
bool make_folder(const Hierarchy& hierarchy, const std::string& path);

/// Appends the processes of a folder and of those below it.
void collect_processes(int directory, std::vector<pid_t>& found);

/// Removes a folder and those below it; none is fine. Waits up to a second for processes that are just
/// ending.
/// @throws SystemError
void remove_tree(int parent, const char* name);

}  // namespace dhow::linux::cgroup
