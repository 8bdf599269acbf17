#pragma once
// Images that come from registries and go to them. Every call blocks for as long as the network takes: run it
// on a thread of its own. Callable from several threads at once.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "image/images.hpp"
#include "registry/cancellation.hpp"
#include "registry/options.hpp"

namespace dhow::image {

class Downloads;

using registry::Cancellation;
using registry::Credentials;

struct PullRequest {
    oci::Reference name;                    ///< with tag or digest, unless all tags are wanted
    bool all_tags = false;                  ///< of the repository
    std::optional<oci::Platform> platform;  ///< none: this machine's
    Credentials credentials;
};

struct Pulled {
    oci::Digest id;
    std::string name;    ///< familiar: "busybox:latest"
    bool newer = false;  ///< something was downloaded, or a name moved
};

struct PushRequest {
    oci::Reference name;    ///< without digest
    bool all_tags = false;  ///< of the repository that are here
    Credentials credentials;
};

struct Pushed {
    oci::Digest id;
    std::string name;  ///< familiar: "localhost:5000/app:v1"
    std::string tag;
    oci::Digest digest;     ///< of the manifest
    std::int64_t size = 0;  ///< of the manifest
};

/// What a registry has under a name: GET /distribution/{name}/json.
struct DistributionInfo {
    std::string media_type;
    oci::Digest digest;
    std::int64_t size = 0;
    std::vector<oci::Platform> platforms;
    std::string text;  ///< the manifest or index itself
};

/// One line of GET /images/search.
struct FoundImage {
    std::string name, description;
    int star_count = 0;
    bool is_official = false, is_automated = false;
};

/// Progress of a layer has the start of its digest as `id`, and `uncounted` as `total` while nothing is
/// counted: clients keep one line for each.
class Registries {
  public:
    static constexpr std::int64_t uncounted = -1;

    Registries(store::Store& store, registry::Options options);
    ~Registries();
    Registries(const Registries&) = delete;

    /// Brings images from a registry: several layers at a time, each fetched, checked and unpacked in one
    /// pass; of two pulls of the same layer at the same time one fetches it. What was pulled is kept byte for
    /// byte. Whole layers of a pull that fails may stay until the next collection, nothing else.
    /// @throws NotFound, Unauthorized, Forbidden, Unavailable as the registry has it; InvalidArgument for
    /// what is damaged, hostile, or no image
    std::vector<Pulled> pull(const PullRequest& request, const ProgressSink& progress,
                             const Cancellation& cancellation);

    /// Sends images to a registry. An image that was pulled, or loaded with its manifest, goes as it came;
    /// layers made here are packed, once, and stay so.
    std::vector<Pushed> push(const PushRequest& request, const ProgressSink& progress,
                             const Cancellation& cancellation);

    /// Asks a registry; nothing is stored.
    DistributionInfo distribution(const oci::Reference& name, const Credentials& credentials,
                                  const Cancellation& cancellation) const;
    std::vector<FoundImage> search(const std::string& term, std::size_t limit, const Credentials& credentials,
                                   const Cancellation& cancellation) const;

    /// Whether a registry ("docker.io", "localhost:5000") takes these credentials. @throws Unauthorized
    void log_in(const std::string& domain, const Credentials& credentials,
                const Cancellation& cancellation) const;

    const registry::Options& options() const { return options_; }

    /// Removes layers that no image got, of pulls that failed.
    void collect() { store_.collect(); }

  private:
    store::Store& store_;
    const registry::Options options_;
    std::unique_ptr<Downloads> downloads_;
};

}  // namespace dhow::image
