#pragma once
// COPY and ADD. All of it blocks: call it on the pool.

#include <string>
#include <vector>

#include "build/dockerfile/instructions.hpp"
#include "build/files/stop.hpp"
#include "build/files/tree.hpp"
#include "build/rootfs.hpp"

namespace dhow::build {

/// What a COPY will do, once its sources are looked at.
struct CopyPlan {
    std::vector<files::Source> sources;
    std::string digest;  ///< of what is taken: names, contents, modes, and owners where they count
    std::string kind;    ///< as docker's history says it: "file", "dir" or "multi"
};

/// Looks at the sources in `from`, and hashes them. `owners`: they come from an image, and keep their owners.
/// @throws InvalidArgument in docker's words
CopyPlan plan_copy(int from, const dockerfile::Copy& copy, bool owners, const Cancellation& stop);

/// Does it, to the root `to`. `destination` is absolute. `layers`: the root's directories, top first, for the
/// names of --chown.
void apply_copy(int from, int to, const dockerfile::Copy& copy, const CopyPlan& plan,
                const std::string& destination, bool owners, const std::vector<std::filesystem::path>& layers,
                const Cancellation& stop);

}  // namespace dhow::build
