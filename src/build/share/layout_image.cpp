#include "build/share/layout_image.hpp"

#include "build/cache.hpp"
#include "image/assemble.hpp"
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

Task<oci::Digest> take(Services& services, std::shared_ptr<DistantBlobs> blobs, std::string text,
                       std::string key, std::shared_ptr<Cancellation> stop) {
    auto manifest = oci::Manifest::parse(text);
    if (!oci::media_type::is_config(manifest.config.media_type))
        throw InvalidArgument("the OCI layout holds no image but {}", manifest.config.media_type);
    auto config = co_await read_document(blobs, manifest.config, stop);
    LayerStack layers;
    for (const auto& descriptor : manifest.layers) {
        if (!oci::media_type::is_layer(descriptor.media_type))
            throw InvalidArgument("unsupported layer media type \"{}\"", descriptor.media_type);
        layers.push_back(co_await fetch_layer(services, blobs, descriptor, std::nullopt, stop));
    }
    auto add = [&] {
        image::LayerList list;
        for (const auto& layer : layers) list.push_back(layer.get());
        auto image = image::assemble_image(config, list, text);
        image::add_images(services.store, {image});
        Cache(services.store).put(key, image.record.id);
        return image.record.id;
    };
    co_return co_await services.pool.run(std::move(add));
}

}  // namespace

Task<oci::Digest> take_image(Services& services, std::shared_ptr<DistantBlobs> blobs, oci::Digest root,
                             std::optional<oci::Platform> platform, std::shared_ptr<Cancellation> stop) {
    auto text = co_await find_manifest(blobs, root, platform.value_or(oci::Platform::host()), stop);
    auto key = Key("layout").add(store::sha256(text).text()).finish();
    auto find = [&services, key] { return Cache(services.store).find(key); };
    auto known = co_await services.pool.run(std::move(find));
    if (known) co_return *known;
    std::exception_ptr failure;
    try {
        co_return co_await take(services, std::move(blobs), std::move(text), std::move(key), std::move(stop));
    } catch (...) {
        failure = std::current_exception();
    }
    // The layers that had come before.
    co_await sweep_layers(services);
    std::rethrow_exception(failure);
}

}  // namespace dhow::build
