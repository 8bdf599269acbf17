#pragma once
// What builds keep to use it again, piece by piece: for `docker buildx du`, and to forget some of it.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/units.hpp"
#include "build/options.hpp"

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

/// Which records are meant: conditions that must all hold. The grammar is that of containerd's filters:
/// "type==exec.cachemount", "id~=^abc", "inuse", with commas in between. Several texts: any of them.
class CacheFilter {
  public:
    /// @throws InvalidArgument; NotImplemented for a field that is not known
    static CacheFilter parse(const std::vector<std::string>& texts);
    bool fits(const CacheRecord& record) const;

  private:
    struct Condition {
        std::string field, compare, value;
    };
    static bool holds(const Condition& condition, const CacheRecord& record);
    static std::vector<Condition> read(const std::string& text);
    std::vector<std::vector<Condition>> any_;
};

/// "regular", "exec.cachemount" or "source.local", as BuildKit names them.
std::string kind_name(CacheRecord::Kind kind);

/// All there is, the oldest first. Blocks. `used` are names of cache mounts in use.
std::vector<CacheRecord> list_cache(Services& services, const std::filesystem::path& mounts,
                                    const std::set<std::string>& used, const ContextFolders& contexts);

/// What to forget, and how much shall stay.
struct PruneOrder {
    CacheFilter filter;
    bool all = false;                     ///< also what images stand on: forgetting that frees nothing
    std::int64_t reserved = 0;            ///< bytes that stay in any case
    std::int64_t max_used = 0;            ///< bytes that may stay; 0: no matter
    std::int64_t min_free = 0;            ///< bytes that shall be free on the disk
    std::chrono::nanoseconds duration{};  ///< what is younger stays
};

/// The records that go, the oldest first. `free`: bytes on the disk.
std::vector<CacheRecord> plan_prune(std::vector<CacheRecord> records, const PruneOrder& order,
                                    std::int64_t free, Timestamp now);

/// Forgets a record: its keys, or its folder. An image whose keys are gone is the caller's to remove. Blocks.
void forget(Services& services, const CacheRecord& record);

}  // namespace dhow::build
