#pragma once
// From a name in a registry to the one manifest that this machine wants.

#include <optional>

#include "image/registries.hpp"
#include "oci/manifest.hpp"
#include "registry/client.hpp"

namespace dhow::image {

/// An image as a registry describes it, checked, before any layer was fetched.
struct RemoteImage {
    oci::Digest digest;  ///< of what the name means: the index, or the manifest
    registry::Document document;
    oci::Manifest manifest;  ///< what `document` says
    std::string config;
    oci::ImageConfig parsed_config;
};

/// Asks for the manifest of a tag or digest, chooses from an index by platform, and fetches the
/// configuration.
/// @throws NotFound when the index has none for the platform; InvalidArgument when it is no image, when a
/// layer is to be fetched from elsewhere, or when the documents contradict each other
RemoteImage resolve_remote(registry::Client& client, const oci::Reference& name,
                           const std::optional<oci::Platform>& platform,
                           const std::function<void()>& found = {});

/// docker's words where a registry refuses to show a name.
[[noreturn]] void throw_pull_refusal(const registry::Refused& refusal, const oci::Reference& name);

}  // namespace dhow::image
