#include "build/share/artifact.hpp"

#include <algorithm>
#include <map>

#include "build/remote/sources.hpp"
#include "build/rootfs.hpp"
#include "build/share/document.hpp"
#include "image/archive.hpp"
#include "image/assemble.hpp"
#include "image/layer_content.hpp"
#include "image/layout_writer.hpp"
#include "image/pack.hpp"
#include "image/records.hpp"
#include "oci/image_config.hpp"
#include "oci/index.hpp"

namespace dhow::build {

namespace {

/// What a step's image says of its layer: the last one, unless the step made none.
std::optional<oci::Digest> layer_of(const oci::ImageConfig& config) {
    bool none = config.history.empty() || config.history.back().empty_layer || config.rootfs.diff_ids.empty();
    if (none) return std::nullopt;
    return config.rootfs.diff_ids.back();
}

/// A small blob for a registry.
registry::BlobSource text_blob(const oci::Descriptor& descriptor, const std::string& text) {
    auto open = [text](std::int64_t offset) {
        return [text, at = static_cast<std::size_t>(offset)](std::span<char> buffer) mutable {
            auto count = text.copy(buffer.data(), buffer.size(), std::min(at, text.size()));
            at += count;
            return count;
        };
    };
    return {descriptor.digest, descriptor.size, open};
}

oci::Descriptor describe_layer(store::Store& store, const store::Layer& layer, Packing packing,
                               const std::function<void()>& check) {
    oci::Descriptor descriptor;
    if (packing == Packing::plain) {
        descriptor.media_type = oci::media_type::layer;
        descriptor.digest = layer.diff_id;
        descriptor.size = layer.tar_size;
        return descriptor;
    }
    descriptor.media_type = oci::media_type::layer_gzip;
    descriptor.digest = image::pack_layer(store, layer, [&](std::int64_t) { check(); });
    descriptor.size = store.blobs().size(descriptor.digest);
    return descriptor;
}

}  // namespace

std::vector<BuiltStep> steps_of_mode(const std::vector<BuiltStep>& steps, const std::string& mode) {
    if (mode == "max") return steps;
    if (!mode.empty() && mode != "min")
        throw InvalidArgument("a cache is exported with mode min or max, not {:?}", mode);
    std::vector<BuiltStep> some;
    std::ranges::copy_if(steps, std::back_inserter(some), &BuiltStep::of_target);
    return some;
}

CacheArtifact make_artifact(store::Store& store, const std::vector<BuiltStep>& steps, Packing packing,
                            const std::function<void()>& check) {
    CacheArtifact artifact;
    CacheDocument document;
    std::map<oci::Digest, int> places;
    for (const auto& step : steps) {
        check();
        CacheStep shared{step.keys, store.blobs().read(step.image), std::nullopt};
        if (auto diff_id = layer_of(oci::ImageConfig::parse(shared.config))) {
            auto [place, is_new] = places.try_emplace(*diff_id, static_cast<int>(document.layers.size()));
            if (is_new) {
                auto pin = store.layers().find(*diff_id);
                if (!pin) throw NotFound("the layer {} of this build was removed meanwhile", diff_id->text());
                artifact.manifest.layers.push_back(describe_layer(store, pin->layer(), packing, check));
                artifact.layers.push_back(std::move(*pin));
                document.layers.push_back(*diff_id);
            }
            shared.layer = place->second;
        }
        document.steps.push_back(std::move(shared));
    }
    artifact.document = document.text();
    artifact.manifest.config.media_type = cache_media_type;
    artifact.manifest.config.digest = store::sha256(artifact.document);
    artifact.manifest.config.size = static_cast<std::int64_t>(artifact.document.size());
    artifact.text.text = json::write(artifact.manifest);
    artifact.text.media_type = artifact.manifest.media_type;
    artifact.text.digest = store::sha256(artifact.text.text);
    return artifact;
}

void write_layout(store::Store& store, const CacheArtifact& artifact, const std::string& tag,
                  image::Output& output) {
    image::LayoutWriter layout(store, output);
    for (std::size_t i = 0; i < artifact.layers.size(); ++i)
        layout.layer(artifact.layers[i].layer(), artifact.manifest.layers[i]);
    layout.blob(artifact.manifest.config.digest, artifact.document);
    layout.blob(artifact.text.digest, artifact.text.text);
    oci::Index index;
    oci::Descriptor entry;
    entry.media_type = artifact.text.media_type;
    entry.digest = artifact.text.digest;
    entry.size = static_cast<std::int64_t>(artifact.text.text.size());
    entry.annotations = {{"org.opencontainers.image.ref.name", tag}};
    index.manifests.push_back(std::move(entry));
    layout.file("index.json", json::write(index));
    layout.file("oci-layout", image::LayoutWriter::version);
    layout.finish();
}

void push_artifact(store::Store& store, const CacheArtifact& artifact, const oci::Reference& name,
                   const registry::Credentials& credentials, const registry::Options& options,
                   const registry::Cancellation& stop) {
    registry::Session session(options, name.domain, credentials, registry::Purpose::push);
    registry::Client client(session, stop);
    for (std::size_t i = 0; i < artifact.layers.size(); ++i)
        client.push_blob(name.path,
                         image::layer_content(store, artifact.layers[i].layer(), artifact.manifest.layers[i]),
                         {});
    client.push_blob(name.path, text_blob(artifact.manifest.config, artifact.document), {});
    client.put_manifest(name.path, name.tag, artifact.text);
}

Task<void> push_cache(Services& services, std::vector<BuiltStep> steps, oci::Reference name,
                      registry::Credentials credentials, std::shared_ptr<Cancellation> stop) {
    if (name.digest) throw InvalidArgument("a build cache is pushed by a tag, not by a digest");
    std::function<void(const registry::Cancellation&)> push = [&](const registry::Cancellation& cancelled) {
        auto artifact = make_artifact(services.store, steps, Packing::gzip, [&] { cancelled.check(); });
        push_artifact(services.store, artifact, name.with_default_tag(), credentials,
                      services.remotes.options, cancelled);
    };
    co_await on_own_thread(services, stop, std::move(push));
}

oci::Digest add_inline_cache(store::Store& store, const image::Image& image,
                             const std::vector<BuiltStep>& steps) {
    const auto& layers = image.config->rootfs.diff_ids;
    CacheDocument document;
    for (const auto& step : steps) {
        if (!step.of_target) continue;
        CacheStep shared{step.keys, "", std::nullopt};
        auto made = layer_of(oci::ImageConfig::parse(store.blobs().read(step.image)));
        if (made) {
            auto place = std::ranges::find(layers, *made);
            if (place == layers.end()) continue;
            shared.layer = static_cast<int>(place - layers.begin());
        }
        document.steps.push_back(std::move(shared));
    }
    auto stack = layers_of(store, image);
    image::LayerList list;
    for (const auto& layer : stack) list.push_back(layer.get());
    auto marked = image::assemble_image(document.put_inline(store.blobs().read(image.id)), list);
    marked.record.parent = image.id;
    image::add_images(store, {marked});
    return marked.record.id;
}

}  // namespace dhow::build
