#pragma once
// Kernel parameters of a container.

#include <map>
#include <string>

#include "bundle/spec.hpp"

namespace dhow::bundle {

/// `--sysctl` over docker's own (ports below 1024 and ping without privilege in a network namespace of its
/// own). Only what the kernel keeps a namespace, and only in a namespace of the container's own, can be set.
/// @throws InvalidArgument for any other name, and for a name or value that is no plain word: a line break in
/// one would smuggle in a second setting.
std::map<std::string, std::string> build_sysctls(const Spec& spec);

}  // namespace dhow::bundle
