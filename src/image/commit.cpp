// `docker commit`: what a container changed becomes a layer over those of its image.

#include "base/error.hpp"
#include "image/assemble.hpp"
#include "image/images.hpp"
#include "image/produced_source.hpp"
#include "oci/image_config_json.hpp"
#include "oci/manifest.hpp"

namespace dhow::image {

namespace {

constexpr std::int64_t empty_tar_size = 1024;

Compression compression_of(std::string_view media_type) {
    if (media_type.ends_with("gzip")) return Compression::gzip;
    if (media_type.ends_with("zstd")) return Compression::zstd;
    return Compression::none;
}

/// The layers of an image as its manifest has them, so that the new image is pushed with the very same blobs.
std::vector<IngestedLayer> layers_below(store::Store& store, const Image& image) {
    auto manifest = oci::Manifest::parse(store.blobs().read(image.manifest));
    const auto& wanted = image.config->rootfs.diff_ids;
    if (manifest.layers.size() != wanted.size())
        throw InternalError("the manifest of image {} does not fit its configuration", image.id.short_id());
    std::vector<IngestedLayer> layers;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        auto pin = store.layers().find(wanted[i]);
        if (!pin) throw NotFound("No such image: {}", image.id.text());
        const auto& descriptor = manifest.layers[i];
        layers.push_back(
            {std::move(*pin), descriptor.digest, descriptor.size, compression_of(descriptor.media_type)});
    }
    return layers;
}

oci::ImageConfig new_config(const oci::ImageConfig& parent, const CommitOptions& options, bool empty_layer) {
    auto config = parent;
    config.created = format_timestamp(now());
    config.author = options.author;
    config.comment = options.message;
    config.container = options.container;
    config.config = options.config;
    config.history.push_back({.created = config.created,
                              .created_by = options.created_by,
                              .author = options.author,
                              .comment = options.message,
                              .empty_layer = empty_layer});
    return config;
}

}  // namespace

oci::Digest Images::commit(const std::function<void(Output&)>& write_layer, const CommitOptions& options) {
    if (options.name && options.name->digest) throw InvalidArgument("cannot import digest reference");
    auto parent = resolve(options.image.text());
    LayerSweep sweep(store_);
    auto layers = layers_below(store_, parent);
    ProducedSource tar(write_layer);
    auto made = ingest_layer(store_, tar, Packed::drop);
    bool empty = made.pin.layer().tar_size == empty_tar_size;
    auto config = new_config(*parent.config, options, empty);
    LayerList list;
    for (const auto& layer : layers) list.push_back(&layer);
    if (!empty) {
        config.rootfs.diff_ids.push_back(made.pin.layer().diff_id);
        list.push_back(&made);
    }
    auto image = assemble_image(json::write(config), list);
    image.record.parent = parent.id;
    if (options.name) image.names.push_back(options.name->with_default_tag());
    add_images(store_, {image});
    return image.record.id;
}

}  // namespace dhow::image
