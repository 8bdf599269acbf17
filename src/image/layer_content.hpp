#pragma once
// A layer's bytes as a registry wants them: readable from any offset, again and again.

#include "registry/client.hpp"
#include "store/store.hpp"

namespace dhow::image {

/// The content that a manifest's descriptor names: the kept blob, or the plain tar made of its recipe.
/// The store must outlive it, and the layer must stay pinned.
registry::BlobSource layer_content(store::Store& store, const store::Layer& layer,
                                   const oci::Descriptor& descriptor);

}  // namespace dhow::image
