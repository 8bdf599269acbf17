#pragma once
// What ADD takes from elsewhere: files of the web and git repositories, fetched before anything is copied.

#include <memory>
#include <string>
#include <vector>

#include "build/dockerfile/instructions.hpp"
#include "build/run.hpp"
#include "build/scratch.hpp"

namespace dhow::build {

/// One source of ADD that was fetched.
struct FetchedSource {
    std::filesystem::path folder;  ///< holds it
    std::string path;              ///< in the folder; "." is all of it
    std::string identity;          ///< of its content
    bool is_repository = false;
};

/// All that one instruction fetched, by the source as it is written; as long as this lives.
struct FetchedSources {
    std::map<std::string, FetchedSource> sources;
    std::vector<std::shared_ptr<Scratch>> folders;
};

/// Whether it is fetched, and not a path of the context.
bool is_remote(std::string_view source);

/// Fetches those of `copy` that are remote, and checks --checksum. Never null.
/// @throws InvalidArgument
Task<std::shared_ptr<FetchedSources>> fetch_sources(BuildRun& build, const dockerfile::Copy& copy);

/// Work that can be cancelled, on a thread of its own: the network may take its time.
Task<void> on_own_thread(const Services& services, std::shared_ptr<Cancellation> stop,
                         std::function<void(const registry::Cancellation&)> work);

}  // namespace dhow::build
