#pragma once
// An image of an OCI layout that a build stands on, brought into the store: --build-context
// NAME=oci-layout://FOLDER.

#include <memory>

#include "build/share/distant_blobs.hpp"

namespace dhow::build {

/// Takes the image that a manifest or an index stands for. It gets no name, and goes with the build cache.
/// @param platform chooses from an index; none: this machine's
/// @throws InvalidArgument for blobs that are others than they are said to be; NotFound; what reading throws
Task<oci::Digest> take_image(Services& services, std::shared_ptr<DistantBlobs> blobs, oci::Digest root,
                             std::optional<oci::Platform> platform, std::shared_ptr<Cancellation> stop);

}  // namespace dhow::build
