#include "build/share/imported.hpp"

#include "base/async/sync.hpp"
#include "image/layer/ingest.hpp"
#include "oci/image_config.hpp"
#include "oci/manifest.hpp"

namespace dhow::build {

ImportedCache::ImportedCache(Services& services, std::shared_ptr<DistantBlobs> blobs, CacheDocument document,
                             std::vector<oci::Descriptor> layers)
    : services_(services),
      blobs_(std::move(blobs)),
      document_(std::move(document)),
      layers_(std::move(layers)) {
    for (std::size_t i = 0; i < document_.steps.size(); ++i)
        for (const auto& key : document_.steps[i].keys) keys_.try_emplace(key, i);
}

const CacheStep* ImportedCache::find(std::string_view key) const {
    auto found = keys_.find(key);
    return found == keys_.end() ? nullptr : &document_.steps[found->second];
}

Task<LayerPtr> ImportedCache::layer(const CacheStep& step, std::shared_ptr<Cancellation> stop) {
    if (!step.layer) co_return nullptr;
    auto number = static_cast<std::size_t>(*step.layer);
    auto& turn = turns_.try_emplace(number, services_.executor).first->second;
    auto lock = co_await turn.lock();
    auto look = [this, wanted = document_.layers[number]]() -> LayerPtr {
        auto pin = services_.store.layers().find(wanted);
        if (!pin) return nullptr;
        return std::make_shared<image::IngestedLayer>(image::known_layer(std::move(*pin)));
    };
    auto known = co_await services_.pool.run(std::move(look));
    if (known) co_return known;
    co_return co_await fetch_layer(services_, blobs_, layers_[number], document_.layers[number],
                                   std::move(stop));
}

Task<std::shared_ptr<ImportedCache>> open_cache(Services& services, std::shared_ptr<DistantBlobs> blobs,
                                                std::string manifest_text,
                                                std::shared_ptr<Cancellation> stop) {
    auto manifest = oci::Manifest::parse(manifest_text);
    bool is_artifact = manifest.config.media_type == cache_media_type;
    if (!is_artifact && !oci::media_type::is_config(manifest.config.media_type))
        throw NotFound("it is no build cache of dhow, but {}", manifest.config.media_type);
    auto config = co_await read_document(blobs, manifest.config, stop);
    std::optional<CacheDocument> document;
    if (is_artifact)
        document = CacheDocument::parse(config);
    else
        document = CacheDocument::find_inline(config);
    if (!document) throw NotFound("it is an image without a build cache of dhow in it");
    if (document->layers.size() != manifest.layers.size())
        throw InvalidArgument("the build cache names {} layers and has {}", document->layers.size(),
                              manifest.layers.size());
    co_return std::make_shared<ImportedCache>(services, std::move(blobs), std::move(*document),
                                              manifest.layers);
}

}  // namespace dhow::build
