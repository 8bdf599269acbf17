#pragma once
// What the new process does to become a container: the flat list of steps that any runtime has.

#include <string>

namespace dhow::floor {

/// Paths of the overlay of one container.
struct Layers {
    std::string lower, upper, work, root;
};

/// In the new namespaces: overlay, /proc, /dev, /sys, masks, pivot_root, hostname. @throws SystemError
void enter_root(const Layers& layers);

}  // namespace dhow::floor
