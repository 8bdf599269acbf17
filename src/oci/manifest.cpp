#include "oci/manifest.hpp"

#include "base/error.hpp"

namespace dhow::oci {

namespace {

void check_descriptor(const Descriptor& descriptor, std::string_view what) {
    if (!descriptor.digest) throw InvalidArgument("invalid manifest: its {} has no digest", what);
    if (descriptor.size < 0) throw InvalidArgument("invalid manifest: its {} has a negative size", what);
}

}  // namespace

Manifest Manifest::parse(std::string_view text) {
    json::Value value = json::parse(text);
    // One document must not mean two things to two readers (CVE-2021-41190).
    if (const auto* object = value.if_object(); object && object->contains("manifests"))
        throw InvalidArgument("invalid manifest: it has the members of an index too");
    auto manifest = json::from<Manifest>(value);
    if (manifest.schema_version != 2)
        throw InvalidArgument("unsupported manifest: schema version {}", manifest.schema_version);
    if (!manifest.media_type.empty() && !media_type::is_manifest(manifest.media_type))
        throw InvalidArgument("unsupported manifest media type \"{}\"", manifest.media_type);
    check_descriptor(manifest.config, "config");
    for (const auto& layer : manifest.layers) check_descriptor(layer, "layer");
    return manifest;
}

}  // namespace dhow::oci
