#include "build/buildkit/cache_transfer.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "build/buildkit/content.hpp"
#include "build/buildkit/lend.hpp"
#include "build/share/artifact.hpp"
#include "build/share/imported.hpp"
#include "image/layer_content.hpp"
#include "oci/descriptor_json.hpp"

namespace dhow::build::buildkit {

namespace {

/// Reads a text once, for a client's store.
std::function<std::size_t(std::span<char>)> reader_of(const std::string& text) {
    return [text, at = std::size_t{0}](std::span<char> buffer) mutable {
        auto count = text.copy(buffer.data(), buffer.size(), at);
        at += count;
        return count;
    };
}

oci::Descriptor descriptor_of(const registry::Document& document) {
    oci::Descriptor descriptor;
    descriptor.media_type = document.media_type;
    descriptor.digest = document.digest;
    descriptor.size = static_cast<std::int64_t>(document.text.size());
    return descriptor;
}

Task<std::shared_ptr<ImportedCache>> open_client_cache(Delivery delivery, CacheEntry entry) {
    if (entry.get("digest").empty()) throw NotFound("the client names no manifest in {}", entry.get("src"));
    auto blobs = std::make_shared<ClientContent>(delivery.services.pool, delivery.session,
                                                 "local:" + entry.get("src"));
    auto manifest = oci::Digest::parse(entry.get("digest"));
    auto text = co_await read_manifest(blobs, manifest, delivery.stop);
    co_return co_await open_cache(delivery.services, std::move(blobs), std::move(text), delivery.stop);
}

Task<std::shared_ptr<ImportedCache>> open(Delivery delivery, CacheEntry entry) {
    if (entry.type == "local") co_return co_await open_client_cache(std::move(delivery), std::move(entry));
    auto domain = oci::Reference::parse(entry.get("ref")).domain;
    auto credentials = co_await credentials_for(delivery.session, domain);
    co_return co_await open_registry_cache(delivery.services, entry.get("ref"), std::move(credentials),
                                           delivery.stop);
}

Task<void> to_client(Shipment& shipment, std::vector<BuiltStep> steps, const CacheEntry& entry,
                     protocol::SolveResponse& response) {
    auto make = [&shipment, steps] {
        return make_artifact(shipment.services.store, steps, Packing::plain, [&] { shipment.stop->check(); });
    };
    auto artifact = co_await shipment.services.pool.run(std::move(make));
    ClientContent content(shipment.services.pool, shipment.session, "local:" + entry.get("dest"));
    for (std::size_t i = 0; i < artifact.layers.size(); ++i) {
        const auto& descriptor = artifact.manifest.layers[i];
        auto source = image::layer_content(shipment.services.store, artifact.layers[i].layer(), descriptor);
        auto open = [&source] { return source.open(0); };
        auto read = co_await shipment.services.pool.run(std::move(open));
        co_await content.write(descriptor, std::move(read), shipment.stop);
    }
    auto manifest = descriptor_of(artifact.text);
    auto document = reader_of(artifact.document), text = reader_of(artifact.text.text);
    co_await content.write(artifact.manifest.config, std::move(document), shipment.stop);
    co_await content.write(manifest, std::move(text), shipment.stop);
    // The client writes the folder's index itself.
    (*response.mutable_exporter_response())["cache.manifest"] = json::write(manifest);
}

}  // namespace

Task<std::vector<std::shared_ptr<ImportedCache>>> import_caches(Delivery delivery,
                                                                std::vector<CacheEntry> entries) {
    std::vector<std::shared_ptr<ImportedCache>> caches;
    for (const auto& entry : entries) {
        auto read = [&](Vertex&) -> Task<void> {
            auto cache = co_await open(delivery, entry);
            caches.push_back(std::move(cache));
        };
        auto place = entry.get(entry.type == "local" ? "src" : "ref");
        try {
            co_await with_vertex(delivery.status, "importing cache manifest from " + place, read);
        } catch (const Error&) {
            // The client has seen it. A build can do without.
            delivery.stop->check();
        }
    }
    co_return caches;
}

std::vector<CacheEntry> cache_exports_of(const protocol::SolveRequest& request) {
    std::vector<CacheEntry> entries;
    for (const auto& wanted : request.cache().exports()) {
        CacheEntry entry{wanted.type(), {wanted.attrs().begin(), wanted.attrs().end()}};
        entry.check_export();
        entries.push_back(std::move(entry));
    }
    return entries;
}

Task<oci::Digest> mark_inline(Shipment shipment, Built built, std::vector<CacheEntry> entries) {
    if (std::ranges::find(entries, "inline", &CacheEntry::type) == entries.end()) co_return built.image;
    oci::Digest marked;
    auto mark = [&](Vertex&) -> Task<void> {
        auto work = [&shipment, &built] {
            auto image = shipment.services.images.resolve(built.image.text());
            return add_inline_cache(shipment.services.store, image, built.steps);
        };
        marked = co_await shipment.services.pool.run(std::move(work));
    };
    co_await with_vertex(shipment.status, "preparing layers for inline cache", mark);
    co_return marked;
}

Task<void> export_caches(Shipment shipment, Built built, std::vector<CacheEntry> entries,
                         protocol::SolveResponse& response) {
    for (const auto& entry : entries) {
        if (entry.type == "inline") continue;
        auto name =
            entry.type == "local" ? "exporting cache to client directory" : "exporting cache to registry";
        auto work = [&](Vertex& vertex) -> Task<void> {
            vertex.progress("preparing build cache for export", 0);
            auto steps = steps_of_mode(built.steps, entry.get("mode"));
            if (entry.type == "local") {
                co_await to_client(shipment, std::move(steps), entry, response);
            } else {
                auto reference = oci::Reference::parse(entry.get("ref"));
                auto credentials = co_await credentials_for(shipment.session, reference.domain);
                co_await push_cache(shipment.services, std::move(steps), std::move(reference),
                                    std::move(credentials), shipment.stop);
            }
            vertex.progress("preparing build cache for export", 0, 0, true);
        };
        co_await with_vertex(shipment.status, name, work);
    }
}

}  // namespace dhow::build::buildkit
