#include "image/assemble.hpp"

#include "base/error.hpp"
#include "base/units.hpp"
#include "oci/image_config_json.hpp"
#include "oci/manifest.hpp"

namespace dhow::image {

namespace {

std::string_view layer_type(Compression compression) {
    switch (compression) {
        case Compression::gzip:
            return oci::media_type::layer_gzip;
        case Compression::zstd:
            return oci::media_type::layer_zstd;
        default:
            return oci::media_type::layer;
    }
}

/// Whether a manifest's layers can be given out again: they are what was kept.
bool names_these(const std::string& text, const LayerList& layers) {
    auto manifest = oci::Manifest::parse(text);
    if (manifest.layers.size() != layers.size()) return false;
    for (std::size_t i = 0; i < layers.size(); ++i)
        if (manifest.layers[i].digest != layers[i]->blob) return false;
    return true;
}

}  // namespace

std::string make_manifest(const std::string& config, const LayerList& layers) {
    oci::Manifest manifest;
    manifest.config.media_type = oci::media_type::config;
    manifest.config.digest = store::sha256(config);
    manifest.config.size = static_cast<std::int64_t>(config.size());
    for (const auto* layer : layers) {
        oci::Descriptor descriptor;
        descriptor.media_type = layer_type(layer->compression);
        descriptor.digest = layer->blob;
        descriptor.size = layer->blob_size;
        manifest.layers.push_back(std::move(descriptor));
    }
    return json::write(manifest);
}

std::int64_t created_time(const oci::ImageConfig& config) {
    if (config.created.empty()) return 0;
    try {
        return parse_timestamp(config.created).time_since_epoch().count();
    } catch (const InvalidArgument&) {
        return 0;
    }
}

NewImage assemble_image(std::string config_text, const LayerList& layers, std::string manifest) {
    auto config = oci::ImageConfig::parse(config_text);
    const auto& wanted = config.rootfs.diff_ids;
    if (wanted.size() != layers.size())
        throw InvalidArgument("invalid image: its configuration names {} layers, it has {}", wanted.size(),
                              layers.size());
    NewImage image;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const auto& layer = layers[i]->pin.layer();
        if (layer.diff_id != wanted[i])
            throw InvalidArgument("invalid image: layer {} has the digest {}, its configuration says {}",
                                  i + 1, layer.diff_id.text(), wanted[i].text());
        image.layers.push_back(layer.id);
    }
    if (manifest.empty() || !names_these(manifest, layers)) manifest = make_manifest(config_text, layers);
    auto type = oci::Manifest::parse(manifest).media_type;
    image.record = {.id = store::sha256(config_text),
                    .manifest = store::sha256(manifest),
                    .manifest_type = type.empty() ? std::string(oci::media_type::manifest) : type,
                    .manifest_size = static_cast<std::int64_t>(manifest.size()),
                    .parent = {},
                    .created = created_time(config),
                    .last_tagged = 0};
    image.config = std::move(config_text);
    image.manifest = std::move(manifest);
    return image;
}

LayerSweep::~LayerSweep() {
    try {
        store_.collect();
    } catch (const Error&) {
        // Whoever collects next finds them.
        return;
    }
}

}  // namespace dhow::image
