#pragma once
// Images, as the Engine API needs them: room `image` on the pool, with the events, and with the containers
// that use an image taken into account.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/async/task.hpp"
#include "engine/model/filters.hpp"
#include "image/images.hpp"

namespace dhow::engine {

struct Core;

struct ImageSummary {
    image::Image image;
    std::int64_t containers = -1;   ///< that use it; -1: not counted
    std::int64_t shared_size = -1;  ///< bytes; -1: not counted
};

struct ImageListRequest {
    bool all = false;
    bool shared_size = false;
    bool containers = false;  ///< count those that use each
    Filters filters;
};

class Images {
  public:
    explicit Images(Core& core) : core_(core) {}
    Images(const Images&) = delete;

    Task<std::vector<ImageSummary>> list(ImageListRequest request);
    /// @throws NotFound "No such image: x:latest".
    Task<image::Image> inspect(std::string reference);
    Task<std::vector<image::HistoryEntry>> history(std::string reference);

    /// The source is read, and `progress` called, on a thread of the pool.
    Task<std::string> import(std::shared_ptr<image::Source> tar, image::ImportOptions options,
                             image::ProgressSink progress);
    Task<std::vector<image::Loaded>> load(std::shared_ptr<image::Source> archive,
                                          std::optional<oci::Platform> platform,
                                          image::ProgressSink progress);
    /// Writes on a thread of the pool.
    Task<void> save(std::vector<std::string> references, std::shared_ptr<image::Output> output,
                    std::optional<oci::Platform> platform);

    Task<void> tag(std::string reference, std::string repository, std::string tag);
    Task<std::vector<image::Removed>> remove(std::string reference, bool force, bool prune_parents);
    Task<image::PruneReport> prune(Filters filters);

    /// Bytes of all layers, each once.
    Task<std::int64_t> layers_size();

  private:
    Core& core_;
};

}  // namespace dhow::engine
