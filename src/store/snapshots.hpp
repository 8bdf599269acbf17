#pragma once
// The writable part of a container: an upper directory over the layers of its image.
//
//     <root>/<id>/{diff,work,merged}     upper directory, overlayfs's own, and an empty mount point
//
// Nothing is mounted here: the runtime mounts in the container's own namespace.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.hpp"
#include "store/layers.hpp"
#include "store/trash.hpp"

namespace dhow::store {

struct Snapshot {
    std::vector<std::filesystem::path> lowerdirs;  ///< absolute, top first
    std::filesystem::path upperdir;
    std::filesystem::path workdir;
    std::filesystem::path merged;  ///< an empty directory to mount on
};

/// How much is in a tree: what `docker ps --size` and `system df` show.
struct Usage {
    std::int64_t bytes = 0;  ///< sizes of regular files, each inode once
    std::int64_t inodes = 0;
};

/// Thread-safe; every call may block on the disk.
class Snapshots {
  public:
    Snapshots(Database& database, Layers& layers, Trash& trash, std::filesystem::path root);

    /// Makes the snapshot `id` over `layers` (layer ids, top first). The layers are kept as long as it is
    /// there. Survives a kill of the daemon; a power cut may lose it whole.
    /// @throws Conflict when there is one of this id, NotFound when a layer is gone
    Snapshot prepare(std::string_view id, const std::vector<std::string>& layers);

    /// @throws NotFound
    Snapshot get(std::string_view id) const;

    /// Removes it: one rename now, the deletion in the background. Nothing happens when there is none.
    /// Call it when nothing is mounted of it any more.
    /// @return whether it is over a layer that no image has, so that a collection may find something
    bool remove(std::string_view id);

    /// What the container wrote. @throws NotFound
    Usage usage(std::string_view id) const;

    /// Every snapshot's id.
    std::vector<std::string> list() const;

    /// At start: removes directories that no row knows, and rows whose directory is gone.
    void reconcile();

  private:
    Snapshot paths(std::string_view id, const std::vector<std::string>& layers) const;

    Database& database_;
    Layers& layers_;
    Trash& trash_;
    std::filesystem::path root_;
};

/// Walks a tree. What vanishes meanwhile is not counted.
Usage tree_usage(const std::filesystem::path& path);

}  // namespace dhow::store
