#pragma once
// The file system of a stage: the layers it stands on, and the directory where a step's changes are made.
// That directory becomes the next layer as it is; its tar is made once, only to know its digest.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "build/options.hpp"
#include "image/images.hpp"
#include "image/layer/ingest.hpp"
#include "store/store.hpp"

namespace dhow::build {

using LayerPtr = std::shared_ptr<const image::IngestedLayer>;
/// Bottom first. Whoever holds it keeps the layers from being collected.
using LayerStack = std::vector<LayerPtr>;

/// The layers of an image in the store. @throws NotFound when it is being removed
LayerStack layers_of(store::Store& store, const image::Image& image);

/// Removes the layers that failed work has left without an image.
Task<void> sweep_layers(Services& services);

/// The digest of what is below: the same layers in the same order give the same.
std::string chain_of(const LayerStack& layers);

/// Where one step writes. All of it goes with this, except what became a layer.
class Workspace {
  public:
    /// `id` names its snapshot, and the container of a RUN.
    Workspace(store::Store& store, std::string id, const LayerStack& below);
    Workspace(const Workspace&) = delete;
    ~Workspace();

    const std::string& id() const { return id_; }
    /// Top first; never empty.
    const std::vector<std::filesystem::path>& lower() const { return lower_; }
    const store::Snapshot& snapshot() const { return snapshot_; }

    /// The root to write on: a mount that is attached nowhere. Must be closed before seal().
    UniqueFd mount() const;
    /// Adds a layer of empty folders and files below the writable one, for mounts to stand on: so that they
    /// are in no layer of the image. Names that exist are left alone. Paths that end with a slash are
    /// folders.
    void add_mount_points(const std::vector<std::string>& paths);

    /// What was written becomes a layer; null when nothing was. Once. Files newer than `epoch` (seconds) get
    /// its time.
    LayerPtr seal(std::optional<std::int64_t> epoch = {});

  private:
    store::Store& store_;
    std::string id_;
    store::Snapshot snapshot_;
    std::vector<std::filesystem::path> lower_;
};

/// The root of layers, read-only and attached nowhere.
UniqueFd mount_read_only(store::Store& store, const LayerStack& layers);

/// What a configuration says but for its history and times: for the key of a step.
std::string config_text(oci::ImageConfig config);

/// Makes an image of a stage's configuration and layers. @return its id
oci::Digest make_image(store::Store& store, const oci::ImageConfig& config, const LayerStack& layers,
                       const oci::Digest& parent);

}  // namespace dhow::build
