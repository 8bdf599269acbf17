#pragma once
// Volumes: directories under the data root (driver "local"), with docker's names and rules.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/async/task.hpp"
#include "engine/model/container.hpp"
#include "engine/model/filters.hpp"
#include "engine/model/volume.hpp"
#include "store/snapshots.hpp"

namespace dhow::engine {

struct Core;

struct VolumeCreateRequest {
    std::string name;        ///< empty: 64 hexadecimal digits, and it is anonymous
    bool anonymous = false;  ///< made for a container: with a name that was made up for it
    std::string driver;      ///< empty: "local"; there is no other
    std::map<std::string, std::string> options;  ///< type, device, o: volume_source.hpp
    std::map<std::string, std::string> labels;
};

struct VolumePruneResult {
    std::vector<std::string> deleted;
    std::uint64_t space_reclaimed = 0;  ///< bytes
};

class Volumes {
  public:
    explicit Volumes(Core& core) : core_(core) {}
    Volumes(const Volumes&) = delete;

    /// Gives the volume of that name when it exists. One that is anonymous by `request.anonymous` is recorded
    /// with its container (storage.hpp). @throws Conflict when its driver or options differ.
    Task<Volume> create(VolumeCreateRequest request);

    /// Filters: name, label, driver, dangling.
    std::vector<Volume> list(const Filters& filters) const;
    /// @throws NotFound "get x: no such volume".
    Volume inspect(const std::string& name) const;

    /// @throws Conflict "remove x: volume is in use - [ids]". @param force a volume that is not there is
    /// fine.
    Task<void> remove(std::string name, bool force);

    /// Filters: label, label!, all. Anonymous ones, with all=1 every unused one.
    Task<VolumePruneResult> prune(Filters filters);

    /// Sizes and users of all volumes: `docker system df`.
    Task<std::map<std::string, VolumeUsage>> usage();

    /// Ids of the containers whose mounts name the volume.
    std::vector<std::string> users(const std::string& name) const;

    // For the engine itself.

    bool exists(const std::string& name) const { return volumes_.contains(name); }
    /// Reads all from the database, and removes the directories of those that a crash kept from being made or
    /// removed.
    Task<void> restore();
    /// Fills an empty volume with what `path` holds in the image, with the ownership and mode of that
    /// directory. Nothing happens when the volume is not empty or the image has no such directory.
    Task<void> copy_up(std::string name, store::Snapshot root, std::string path);
    /// Removes those of `names` that no container uses; for anonymous ones of a removed container.
    Task<void> remove_unused(std::vector<std::string> names);
    /// The anonymous volumes of `container` that go when it goes.
    std::vector<std::string> only_of(const Container& container) const;

  private:
    Core& core_;
    std::map<std::string, Volume> volumes_;
};

}  // namespace dhow::engine
