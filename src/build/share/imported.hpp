#pragma once
// A cache that another build exported: --cache-from. It is read when a build begins; layers come once a step
// needs them.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/async/sync.hpp"
#include "build/rootfs.hpp"
#include "build/share/distant_blobs.hpp"
#include "build/share/document.hpp"

namespace dhow::build {

/// Loop thread.
class ImportedCache {
  public:
    /// `layers`: the blobs of the document's, in its order. All but the blobs outlive it.
    ImportedCache(Services& services, std::shared_ptr<DistantBlobs> blobs, CacheDocument document,
                  std::vector<oci::Descriptor> layers);

    /// The step of that key; null when it has none.
    const CacheStep* find(std::string_view key) const;

    /// Brings what the step made into the store; null when it made no layer. Once, however often it is asked.
    /// @throws InvalidArgument for a blob that is another than it is said to be; what reading throws
    Task<LayerPtr> layer(const CacheStep& step, std::shared_ptr<Cancellation> stop);

    std::size_t steps() const { return document_.steps.size(); }

  private:
    Services& services_;
    std::shared_ptr<DistantBlobs> blobs_;
    CacheDocument document_;
    std::vector<oci::Descriptor> layers_;
    std::map<std::string, std::size_t, std::less<>> keys_;
    std::map<std::size_t, AsyncMutex> turns_;
};

/// Reads the cache that a manifest stands for: an artifact, or an image with one inside.
/// @throws NotFound when it is neither; InvalidArgument
Task<std::shared_ptr<ImportedCache>> open_cache(Services& services, std::shared_ptr<DistantBlobs> blobs,
                                                std::string manifest, std::shared_ptr<Cancellation> stop);

/// That of an image's name or of an artifact at a registry; of an image that is here, when the registry has
/// none. @throws NotFound, Unavailable...
Task<std::shared_ptr<ImportedCache>> open_registry_cache(Services& services, std::string name,
                                                         registry::Credentials credentials,
                                                         std::shared_ptr<Cancellation> stop);

/// That of an OCI layout in a folder. `tag`: which of its manifests; "" the one it has, or "latest".
Task<std::shared_ptr<ImportedCache>> open_folder_cache(Services& services, std::shared_ptr<Context> folder,
                                                       std::string tag, std::shared_ptr<Cancellation> stop);

}  // namespace dhow::build
