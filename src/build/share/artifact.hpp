#pragma once
// A build's cache on its way out: to a registry, as an OCI layout, or into the image itself.

#include <functional>
#include <string>
#include <vector>

#include "build/builder.hpp"
#include "image/registries.hpp"
#include "image/source.hpp"
#include "oci/manifest.hpp"
#include "registry/client.hpp"

namespace dhow::build {

/// The steps that a cache of that mode has: all for "max", those of the target's own stages for "min" or "".
/// @throws InvalidArgument for another mode
std::vector<BuiltStep> steps_of_mode(const std::vector<BuiltStep>& steps, const std::string& mode);

/// A cache as an OCI artifact. Its layers are pinned as long as this lives.
struct CacheArtifact {
    std::string document;  ///< the configuration blob
    oci::Manifest manifest;
    registry::Document text;                 ///< the manifest as it is stored
    std::vector<store::Layers::Pin> layers;  ///< as in the manifest
};

/// How the layers travel.
enum class Packing { plain, gzip };

/// Blocks. @throws NotFound when an image of it was removed meanwhile
CacheArtifact make_artifact(store::Store& store, const std::vector<BuiltStep>& steps, Packing packing,
                            const std::function<void()>& check);

/// Writes it as the tar of an OCI layout. Blocks.
void write_layout(store::Store& store, const CacheArtifact& artifact, const std::string& tag,
                  image::Output& output);

/// Names it at a registry. Blocks for as long as the network takes.
void push_artifact(store::Store& store, const CacheArtifact& artifact, const oci::Reference& name,
                   const registry::Credentials& credentials, const registry::Options& options,
                   const registry::Cancellation& stop);

/// Makes a cache and names it at a registry.
Task<void> push_cache(Services& services, std::vector<BuiltStep> steps, oci::Reference name,
                      registry::Credentials credentials, std::shared_ptr<Cancellation> stop);

/// Makes an image like `image` that brings the keys of its own layers along. Blocks. @return its id
oci::Digest add_inline_cache(store::Store& store, const image::Image& image,
                             const std::vector<BuiltStep>& steps);

}  // namespace dhow::build
