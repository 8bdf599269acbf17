#pragma once
// Images as the engine sees them. Every call may block (run it on the BlockingPool) and may be made from
// several threads at once. What changed is in the return values: the engine makes events of them.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/units.hpp"
#include "image/source.hpp"
#include "oci/image_config.hpp"
#include "oci/reference.hpp"
#include "store/store.hpp"

namespace dhow::image {

struct ImageRecord;

/// An image as it was when it was asked for; it does not change under its holder.
struct Image {
    oci::Digest id;                                  ///< the digest of its configuration
    std::shared_ptr<const oci::ImageConfig> config;  ///< never null
    std::vector<std::string> layers;                 ///< ids for Snapshots::prepare, top first
    std::vector<std::string> repo_tags;              ///< familiar: "busybox:latest"; sorted
    std::vector<std::string> repo_digests;           ///< familiar: "busybox@sha256:..."; sorted
    oci::Digest manifest;                            ///< the blob of its OCI manifest
    std::string manifest_type;                       ///< that manifest's media type
    std::int64_t manifest_size = 0;
    oci::Digest parent;     ///< of an image built or committed here, else none
    Timestamp created;      ///< the configuration's; Timestamp{} when it has none
    Timestamp last_tagged;  ///< Timestamp{} when never
    std::int64_t size = 0;  ///< bytes of all its layers

    /// Without a name, and no other image was made from it ("<none>:<none>").
    bool dangling() const { return repo_tags.empty() && repo_digests.empty(); }
};

/// The `filters` of GET /images/json and of prune, already read from their JSON.
struct Filter {
    std::vector<std::string> references;  ///< patterns; any may fit
    std::optional<bool> dangling;
    std::vector<std::string> labels;          ///< "key" or "key=value"; all must fit
    std::vector<std::string> without_labels;  ///< "label!=...": none may fit
    std::optional<std::string> before;        ///< an image: created before it
    std::optional<std::string> since;         ///< an image: created after it
    std::optional<Timestamp> until;           ///< created before that time

    /// Reads what the API was sent: {"reference": ["busybox*"], "dangling": ["true"], ...}. `until` takes a
    /// time stamp, seconds since the epoch or a duration before now.
    /// @throws InvalidArgument "invalid filter 'x'" and docker's other words
    static Filter parse(const std::map<std::string, std::vector<std::string>>& filters);
};

/// Whether an image's labels are what a filter asks for.
bool fits_labels(const Filter& filter, const oci::ImageConfig& config);

/// One container that stands on an image, handed in by the engine.
struct ContainerUse {
    oci::Digest image;
    std::string container;  ///< its id
    bool running = false;
};

/// One line of the answer to DELETE /images/{name}, and of prune.
struct Removed {
    enum class What { untagged, deleted };
    What what;
    std::string object;  ///< familiar reference, image id, or layer
    oci::Digest image;   ///< whose line this is
};

struct PruneReport {
    std::vector<Removed> removed;
    std::int64_t space_reclaimed = 0;  ///< bytes
};

/// One line of GET /images/{name}/history, newest first.
struct HistoryEntry {
    std::string id;  ///< "sha256:..." for the image itself, "<missing>" below
    Timestamp created;
    std::string created_by;
    std::vector<std::string> tags;
    std::int64_t size = 0;
    std::string comment;
};

/// What load and import tell while they work; the engine writes it as docker's JSON messages.
struct Progress {
    std::string id;      ///< the layer, shortened; "" for a line of its own
    std::string status;  ///< "Loading layer"
    std::int64_t current = 0;
    std::int64_t total = 0;  ///< 0 when not known
};
using ProgressSink = std::function<void(const Progress&)>;

struct ImportOptions {
    std::optional<oci::Reference> name;
    std::string message;               ///< "Imported from -" when empty
    std::vector<std::string> changes;  ///< Dockerfile instructions, one each
    std::optional<oci::Platform> platform;
};

struct Loaded {
    oci::Digest id;
    std::vector<std::string> names;  ///< familiar; empty when the archive names none
};

class Images {
  public:
    explicit Images(store::Store& store) : store_(store) {}

    /// The image that a name ("busybox", "busybox:1@sha256:..."), an id or the start of an id means.
    /// @throws NotFound "No such image: busybox:latest"; InvalidArgument for a malformed name
    Image resolve(std::string_view reference) const;
    std::optional<Image> find(std::string_view reference) const;

    /// Newest first. Without `all`, images without a name that others were made from are left out.
    std::vector<Image> list(const Filter& filter = {}, bool all = false) const;

    /// Newest first. @throws NotFound
    std::vector<HistoryEntry> history(std::string_view reference) const;

    /// The images that were made from `id` here.
    std::vector<oci::Digest> children(const oci::Digest& id) const;

    /// Bytes of all layers, each once: LayersSize of GET /system/df.
    std::int64_t layers_size() const;

    /// Bytes of an image's layers that other images share: SharedSize. Keyed by image id text.
    std::map<std::string, std::int64_t> shared_sizes() const;

    /// Makes an image of one layer out of a tar (plain or packed by gzip, zstd, xz or bzip2). @return its id
    /// @throws InvalidArgument for a tar that is broken or hostile
    oci::Digest import(Source& tar, const ImportOptions& options, const ProgressSink& progress = {});

    /// Takes the images of a docker archive or an OCI layout in a tar. `platform` chooses from an index.
    /// Either all of it is there afterwards or nothing is.
    std::vector<Loaded> load(Source& archive, const std::optional<oci::Platform>& platform = {},
                             const ProgressSink& progress = {});

    /// Writes the named images as a tar that is a docker archive and an OCI layout in one.
    void save(const std::vector<std::string>& references, Output& output,
              const std::optional<oci::Platform>& platform = {}) const;

    /// Names an image; the name moves when another had it. `repository` without digest, `tag` "" means
    /// latest.
    /// @return the name given, familiar
    std::string tag(std::string_view reference, std::string_view repository, std::string_view tag);

    /// docker's rules for what `docker rmi` may untag and delete. `uses`: all containers there are.
    /// @throws Conflict in docker's words; NotFound
    std::vector<Removed> remove(std::string_view reference, bool force, bool prune_parents,
                                const std::vector<ContainerUse>& uses);

    /// Removes dangling images, or with dangling=false all that no container uses.
    PruneReport prune(const Filter& filter, const std::vector<ContainerUse>& uses);

  private:
    std::shared_ptr<const oci::ImageConfig> config(const oci::Digest& id) const;
    Image make_image(store::Transaction& transaction, const ImageRecord& record) const;

    store::Store& store_;
    mutable std::mutex mutex_;  // guards configs_
    mutable std::map<oci::Digest, std::shared_ptr<const oci::ImageConfig>> configs_;
};

}  // namespace dhow::image
