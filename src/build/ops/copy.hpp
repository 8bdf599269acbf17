#pragma once
// COPY and ADD. All of it blocks: call it on the pool.

#include <string>
#include <vector>

#include "build/dockerfile/instructions.hpp"
#include "build/files/stop.hpp"
#include "build/files/tree.hpp"
#include "build/remote/sources.hpp"
#include "build/rootfs.hpp"

namespace dhow::build {

/// What a COPY takes.
struct CopySource : files::Source {
    std::filesystem::path fetched;  ///< the folder that `path` is in; empty: the root that was named
    std::string parents;            ///< of --parents: the folders that are made in the destination
    std::string pivot;              ///< and where those are in the root
    bool unpacks = false;           ///< it is an archive, whose content is taken
};

/// What a COPY will do, once its sources are looked at.
struct CopyPlan {
    std::vector<CopySource> sources;
    std::string digest;       ///< of what is taken: names, contents, modes, and owners where they count
    std::size_t threads = 1;  ///< that copy from the root that was named
    std::string kind;         ///< as docker's history says it: "file", "dir" or "multi"
};

/// Looks at the sources in `from`, and hashes them. `owners`: they come from an image, and keep their owners.
/// `known`: contents of files there, or null. `fetched`: those that are elsewhere.
/// @throws InvalidArgument in docker's words
CopyPlan plan_copy(int from, const dockerfile::Copy& copy, bool owners, const files::KnownContents* known,
                   const std::map<std::string, FetchedSource>& fetched, const Cancellation& stop);

/// Does it, to the root `to`. `destination` is absolute. `layers`: the root's directories, top first, for the
/// names of --chown.
void apply_copy(int from, int to, const dockerfile::Copy& copy, const CopyPlan& plan,
                const std::string& destination, bool owners, const std::vector<std::filesystem::path>& layers,
                const Cancellation& stop);

}  // namespace dhow::build
