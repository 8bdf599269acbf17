#pragma once
// --cache-to and --cache-from of `dhow build`.

#include <string>
#include <vector>

#include "base/json.hpp"
#include "cli/build/fields.hpp"
#include "cli/build/input.hpp"
#include "cli/session.hpp"

namespace dhow::cli {

/// The caches that a build may use, as the API takes them; folders join the input.
/// @throws InvalidArgument
json::Array read_cache_from(const std::vector<std::string>& values, Input& input);

/// A folder that a build's cache goes to, once it is built.
struct CacheFolder {
    std::string path, mode, tag;
};

struct CacheTargets {
    json::Array at_daemon;  ///< as the API takes them
    std::vector<CacheFolder> folders;
};

/// @throws InvalidArgument
CacheTargets read_cache_to(const std::vector<std::string>& values);

/// Brings the cache of a build that just ended into a folder, an OCI layout.
void receive_cache(Session& session, const CacheFolder& folder, const std::string& image);

}  // namespace dhow::cli
