#pragma once
// A layer's bytes as a registry wants them: readable from any offset, again and again.

#include "image/source.hpp"
#include "registry/client.hpp"
#include "store/store.hpp"

namespace dhow::image {

/// Writes the plain tar of a layer: of its recipe, of the blob it came from, or of the tree that was made
/// here. The reader must check its digest. @throws InternalError when what is on the disk was damaged
void write_layer_tar(store::Store& store, const store::Layer& layer, Output& output);

/// The content that a manifest's descriptor names: the kept blob, or the plain tar.
/// The store must outlive it, and the layer must stay pinned.
registry::BlobSource layer_content(store::Store& store, const store::Layer& layer,
                                   const oci::Descriptor& descriptor);

}  // namespace dhow::image
