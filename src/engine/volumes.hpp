#pragma once
// Volumes: directories under the data root (driver "local"), with docker's names and rules.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/async/task.hpp"
#include "engine/model/filters.hpp"
#include "engine/model/volume.hpp"

namespace dhow::engine {

struct Core;

struct VolumeCreateRequest {
    std::string name;    ///< empty: 64 hexadecimal digits, and it is anonymous
    std::string driver;  ///< empty: "local"; there is no other
    std::map<std::string, std::string>
        options;  ///< none is needed; those of mount(8) are refused with a reason
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

    /// Gives the volume of that name when it exists. @throws Conflict when its driver or options differ.
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

    void restore(Volume volume);
    /// Fills an empty volume with the content that `path` has in the image's layers (top first), ownership
    /// and mode of the directory included.
    Task<void> copy_up(std::string name, std::vector<std::filesystem::path> layers, std::string path);
    Task<void> remove_unused(std::vector<std::string> names);

  private:
    Core& core_;
    std::map<std::string, Volume> volumes_;
};

}  // namespace dhow::engine
