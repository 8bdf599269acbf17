#pragma once
// Layers made here, packed for the way to a registry.

#include <functional>

#include "store/store.hpp"

namespace dhow::image {

/// The layer's packed form, made of its recipe unless it is kept already: gzip, the same bytes each time.
/// @return its blob, which the layer's row names from now on
/// `progress` gets the count of plain bytes so far; it may throw to stop.
oci::Digest pack_layer(store::Store& store, const store::Layer& layer,
                       const std::function<void(std::int64_t)>& progress);

}  // namespace dhow::image
