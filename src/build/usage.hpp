#pragma once
// What builds keep to use it again, piece by piece: for `docker buildx du`, and to forget some of it.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/units.hpp"
#include "build/builder.hpp"

namespace dhow::build {

struct CacheRecord {
    enum class Kind {
        step,     ///< what an instruction made
        mount,    ///< the directory of a RUN --mount=type=cache
        context,  ///< files that a client sent to build from
    };
    Kind kind = Kind::step;
    std::string id;
    std::string parent;  ///< of a step: that of the step before; "" for the first
    std::string description;
    std::int64_t size = 0;  ///< bytes that are its own
    Timestamp created;
    bool in_use = false;
    bool shared = false;         ///< an image with a name needs it: forgetting it frees nothing
    oci::Digest image;           ///< of a step
    std::filesystem::path path;  ///< of a mount or context
};

/// Folders of contexts, and whether each is in use.
using ContextFolders = std::vector<std::pair<std::filesystem::path, bool>>;

/// All there is, the oldest first. Blocks. `used` are names of cache mounts in use.
std::vector<CacheRecord> list_cache(Services& services, const std::filesystem::path& mounts,
                                    const std::set<std::string>& used, const ContextFolders& contexts);

/// How much shall stay.
struct KeepRule {
    std::int64_t bytes = 0;
    std::chrono::nanoseconds duration{};  ///< what is younger stays
};

/// Forgets the oldest of `records` until what is left is as small as the rule says. Blocks.
/// @return what is gone
std::vector<CacheRecord> forget_cache(Services& services, std::vector<CacheRecord> records, KeepRule rule);

}  // namespace dhow::build
