#pragma once
// An image out of layers that are in the store and a configuration.

#include <string>
#include <vector>

#include "image/layer/ingest.hpp"
#include "image/records.hpp"
#include "oci/image_config.hpp"

namespace dhow::image {

/// What names the image's layers: each entry is one layer, bottom first.
using LayerList = std::vector<const IngestedLayer*>;

/// Checks that `layers` are what the configuration says, and gives the image's rows and documents.
/// `manifest`: the one it came with, when that names these layers and this configuration; else one is made.
/// @throws InvalidArgument when a layer is another than the configuration's
NewImage assemble_image(std::string config_text, const LayerList& layers, std::string manifest = "");

/// Removes at the end of its scope the layers that an operation made and no image got, because it failed or
/// left them out. Declared before the layers, so that it goes after them.
class LayerSweep {
  public:
    explicit LayerSweep(store::Store& store) : store_(store) {}
    LayerSweep(const LayerSweep&) = delete;
    LayerSweep& operator=(const LayerSweep&) = delete;
    ~LayerSweep();

  private:
    store::Store& store_;
};

/// The manifest that is made for an image which came with none.
std::string make_manifest(const std::string& config, const LayerList& layers);

/// The configuration's `created`, in nanoseconds since 1970; 0 when it has none that can be read.
std::int64_t created_time(const oci::ImageConfig& config);

}  // namespace dhow::image
