#pragma once
// Blobs that are not in the store: at a registry, in a folder, at a client. Whatever comes from there is a
// stranger's until its digest was checked.

#include <functional>
#include <memory>
#include <string>

#include "build/context.hpp"
#include "build/files/stop.hpp"
#include "build/options.hpp"
#include "build/rootfs.hpp"
#include "image/source.hpp"
#include "oci/descriptor.hpp"

namespace dhow::build {

class DistantBlobs {
  public:
    virtual ~DistantBlobs() = default;
    /// Reads a blob; `use` runs on another thread. What it is given need not be what the descriptor says.
    virtual Task<void> read(oci::Descriptor descriptor, std::function<void(image::Source&)> use,
                            std::shared_ptr<Cancellation> stop) = 0;
};

/// A blob that is a document, whole. @throws InvalidArgument when its digest is another, or it is larger than
/// the descriptor says or than 64 MiB; what reading throws
Task<std::string> read_document(std::shared_ptr<DistantBlobs> blobs, oci::Descriptor descriptor,
                                std::shared_ptr<Cancellation> stop);

/// A manifest or an index of which nothing but the digest is known.
Task<std::string> read_manifest(std::shared_ptr<DistantBlobs> blobs, oci::Digest digest,
                                std::shared_ptr<Cancellation> stop);

/// A layer, unpacked into the store. Kept with its packed bytes, it must be what the descriptor says; without
/// them, what `diff_id` says. Nothing stays of one that is another.
/// @throws InvalidArgument for such a one; what reading throws
Task<LayerPtr> fetch_layer(Services& services, std::shared_ptr<DistantBlobs> blobs,
                           oci::Descriptor descriptor, std::optional<oci::Digest> diff_id,
                           std::shared_ptr<Cancellation> stop);

/// Those of an OCI layout in a folder.
std::shared_ptr<DistantBlobs> folder_blobs(Services& services, std::shared_ptr<Context> folder);

/// The manifest or index that a tag means in an OCI layout; "": the only one, or "latest".
/// @throws NotFound; InvalidArgument
Task<oci::Digest> find_in_layout(Services& services, std::shared_ptr<Context> folder, std::string tag);

}  // namespace dhow::build
