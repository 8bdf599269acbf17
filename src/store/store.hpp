#pragma once
// All that is kept under the data root, opened by one daemon at a time.
//
//     <data root>/            0710
//       dhow.lock             held while a daemon runs
//       dhow.db               the database
//       blobs/  layers/  snapshots/  trash/     0700

#include <filesystem>
#include <shared_mutex>

#include "base/unique_fd.hpp"
#include "store/blobs.hpp"
#include "store/database.hpp"
#include "store/documents.hpp"
#include "store/layers.hpp"
#include "store/snapshots.hpp"
#include "store/trash.hpp"
#include "store/unsynced.hpp"

namespace dhow::store {

class Store {
  public:
    /// Opens or makes the store and removes what a crash left half done. The names of the containers'
    /// snapshots that may stay are what the database says; the engine drops others by `remove_snapshot`.
    /// @throws Conflict when another daemon holds the data root
    explicit Store(std::filesystem::path data_root);

    const std::filesystem::path& data_root() const { return data_root_; }
    Database& database() { return database_; }
    Blobs& blobs() { return blobs_; }
    Layers& layers() { return layers_; }
    Snapshots& snapshots() { return snapshots_; }
    Trash& trash() { return trash_; }
    Unsynced& unsynced() { return unsynced_; }
    Documents& containers() { return containers_; }
    Documents& volumes() { return volumes_; }
    Documents& networks() { return networks_; }

    /// Removes a container's snapshot, and the layers that only it still needed because their image is gone.
    void remove_snapshot(std::string_view id);

    /// Removes layers that nothing needs, and their blobs. Cheap when there is nothing to remove.
    /// @return the removed layers
    std::vector<Layer> collect();

    /// To be held shared from the moment a layer's blob is committed until the layer's row names it: so long
    /// no blob is removed.
    std::shared_mutex& blob_gate() { return blob_gate_; }

    /// Removes a blob that neither an image nor a layer names any more.
    void remove_if_unused(const oci::Digest& blob);

  private:
    void remove_unknown_blobs();

    std::filesystem::path data_root_;
    UniqueFd lock_;
    std::shared_mutex blob_gate_;
    Database database_;
    Unsynced unsynced_;
    Trash trash_;
    Blobs blobs_;
    Layers layers_;
    Snapshots snapshots_;
    Documents containers_;
    Documents volumes_;
    Documents networks_;
};

}  // namespace dhow::store
