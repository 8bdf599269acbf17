#include "build/share/layout_image.hpp"

#include "build/cache.hpp"
#include "image/assemble.hpp"
#include "image/layer/ingest.hpp"
#include "image/records.hpp"
#include "oci/index.hpp"
#include "oci/manifest.hpp"

namespace dhow::build {

namespace {

/// The document of an image's manifest, whatever stands before it.
Task<std::string> find_manifest(std::shared_ptr<DistantBlobs> blobs, oci::Digest root, oci::Platform platform,
                                std::shared_ptr<Cancellation> stop) {
    constexpr int most_indexes = 4;
    for (int depth = 0; depth <= most_indexes; ++depth) {
        auto text = co_await read_manifest(blobs, root, stop);
        auto document = json::parse(text);
        const auto* members = document.if_object();
        if (!members || !members->contains("manifests")) co_return text;
        auto index = oci::Index::parse(text);
        const auto* chosen = index.choose(platform);
        if (!chosen) throw NotFound("the OCI layout has no image for the platform {}", platform.text());
        root = chosen->digest;
    }
    throw InvalidArgument("the OCI layout has indexes in indexes");
}

Task<image::IngestedLayer> take_layer(Services& services, std::shared_ptr<DistantBlobs> blobs,
                                      oci::Descriptor descriptor, std::shared_ptr<Cancellation> stop) {
    if (!oci::media_type::is_layer(descriptor.media_type))
        throw InvalidArgument("unsupported layer media type \"{}\"", descriptor.media_type);
    std::optional<image::IngestedLayer> layer;
    std::function<void(image::Source&)> use = [&services, &layer, stop](image::Source& source) {
        auto check = [stop](std::int64_t) { stop->check(); };
        layer.emplace(image::ingest_layer(services.store, source, image::Packed::keep, check));
    };
    co_await blobs->read(descriptor, std::move(use), stop);
    if (!layer || layer->blob != descriptor.digest)
        throw InvalidArgument("the layer {} of the OCI layout is another than its name says",
                              descriptor.digest.text());
    co_return std::move(*layer);
}

}  // namespace

Task<oci::Digest> take_image(Services& services, std::shared_ptr<DistantBlobs> blobs, oci::Digest root,
                             std::optional<oci::Platform> platform, std::shared_ptr<Cancellation> stop) {
    auto text = co_await find_manifest(blobs, root, platform.value_or(oci::Platform::host()), stop);
    auto key = Key("layout").add(store::sha256(text).text()).finish();
    auto find = [&services, key] { return Cache(services.store).find(key); };
    auto known = co_await services.pool.run(std::move(find));
    if (known) co_return *known;
    auto manifest = oci::Manifest::parse(text);
    if (!oci::media_type::is_config(manifest.config.media_type))
        throw InvalidArgument("the OCI layout holds no image but {}", manifest.config.media_type);
    auto config = co_await read_document(blobs, manifest.config, stop);
    std::vector<image::IngestedLayer> layers;
    for (const auto& descriptor : manifest.layers)
        layers.push_back(co_await take_layer(services, blobs, descriptor, stop));
    auto add = [&] {
        image::LayerList list;
        for (const auto& layer : layers) list.push_back(&layer);
        auto image = image::assemble_image(config, list, text);
        image::add_images(services.store, {image});
        Cache(services.store).put(key, image.record.id);
        return image.record.id;
    };
    co_return co_await services.pool.run(std::move(add));
}

}  // namespace dhow::build
