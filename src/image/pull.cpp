// `docker pull`.

#include "image/assemble.hpp"
#include "image/downloads.hpp"
#include "image/layer/ingest.hpp"
#include "image/records.hpp"
#include "image/registries.hpp"
#include "image/resolve_remote.hpp"
#include "image/transfer.hpp"
#include "oci/reserved.hpp"

namespace dhow::image {

namespace {

/// A blob of a registry.
class RemoteSource final : public Source {
  public:
    explicit RemoteSource(registry::BlobReader& reader) : reader_(reader) {}
    std::size_t read(std::span<std::byte> buffer) override { return reader_.read(buffer); }

  private:
    registry::BlobReader& reader_;
};

struct FetchedLayer {
    std::optional<IngestedLayer> layer;
    std::shared_ptr<store::Blobs::Ingest> blob;  ///< when the layer was here, but not in this packing
};

class Pull {
  public:
    Pull(store::Store& store, Downloads& downloads, registry::Session& session, const Reporter& reporter,
         const Cancellation& cancellation)
        : store_(store),
          downloads_(downloads),
          session_(session),
          reporter_(reporter),
          cancellation_(cancellation) {}

    Pulled run(registry::Client& client, const oci::Reference& name,
               const std::optional<oci::Platform>& platform) {
        auto remote = resolve_remote(client, name, platform, [&] {
            reporter_.line("Pulling from " + name.path, name.digest ? name.digest->text() : name.tag);
        });
        auto image = assemble(name, remote);
        oci::Reference by_digest{name.domain, name.path, "", remote.digest};
        image.names = {by_digest};
        if (!name.digest) image.names.push_back(name);
        image.replaces_manifest = true;
        bool newer = is_news(image);
        add_images(store_, {image});
        reporter_.line("Digest: " + remote.digest.text());
        reporter_.line(fmt::format("Status: {} {}",
                                   newer ? "Downloaded newer image for" : "Image is up to date for",
                                   name.familiar()));
        return {image.record.id, name.familiar(), newer};
    }

  private:
    NewImage assemble(const oci::Reference& name, const RemoteImage& remote) {
        const auto& layers = remote.manifest.layers;
        for (const auto& layer : layers) reporter_.layer(layer.digest.short_id(), "Pulling fs layer");
        std::vector<std::optional<FetchedLayer>> fetched(layers.size());
        for_each_layer(layers.size(), cancellation_, [&](std::size_t i, const Cancellation& cancellation) {
            fetched[i].emplace(
                fetch(name.path, layers[i], remote.parsed_config.rootfs.diff_ids[i], cancellation));
        });
        // A short transfer may be over before it looks.
        cancellation_.check();
        LayerList list;
        for (auto& layer : fetched) list.push_back(&*layer->layer);
        auto image = assemble_image(remote.config, list, remote.document.text);
        image.record.manifest_type = remote.document.media_type;
        for (auto& layer : fetched) {
            pins_.push_back(std::move(layer->layer->pin));
            if (layer->blob) image.blobs.push_back(std::move(layer->blob));
        }
        return image;
    }

    FetchedLayer fetch(const std::string& path, const oci::Descriptor& descriptor, const oci::Digest& diff_id,
                       const Cancellation& cancellation) {
        auto id = descriptor.digest.short_id();
        LayerProgress progress(reporter_, id, "Downloading", descriptor.size);
        for (bool waited = false;; waited = true) {
            if (auto known = find(descriptor, diff_id)) {
                reporter_.layer(id, waited ? "Pull complete" : "Already exists");
                return std::move(*known);
            }
            auto turn = downloads_.begin(descriptor.digest, cancellation, progress);
            if (!turn) continue;
            // It may have come between the look and the turn.
            if (auto known = find(descriptor, diff_id)) {
                reporter_.layer(id, "Already exists");
                return std::move(*known);
            }
            registry::Client client(session_, cancellation);
            auto told = [&](std::int64_t bytes) {
                turn->tell(bytes);
                progress(bytes);
            };
            auto result = bring(client, path, descriptor, diff_id, told);
            reporter_.layer(id, "Pull complete");
            return result;
        }
    }

    /// The layer, if it is here in the very bytes that the manifest names.
    std::optional<FetchedLayer> find(const oci::Descriptor& descriptor, const oci::Digest& diff_id) {
        auto pin = store_.layers().find(diff_id);
        if (!pin) return std::nullopt;
        bool plain = descriptor.digest == diff_id && pin->layer().has_recipe;
        bool kept = pin->layer().blob == descriptor.digest;
        if (!plain && !kept) return std::nullopt;
        return FetchedLayer{IngestedLayer{std::move(*pin), descriptor.digest, descriptor.size}, nullptr};
    }

    FetchedLayer bring(registry::Client& client, const std::string& path, const oci::Descriptor& descriptor,
                       const oci::Digest& diff_id, const std::function<void(std::int64_t)>& progress) {
        if (!store_.layers().find(diff_id)) {
            auto reader = client.blob(path, descriptor);
            RemoteSource source(*reader);
            auto layer = ingest_layer(store_, source, Packed::keep, progress);
            const auto& made = layer.pin.layer();
            if (made.diff_id != diff_id)
                throw InvalidArgument("layer {} unpacks to {}; the image's configuration says {}",
                                      descriptor.digest.text(), made.diff_id.text(), diff_id.text());
            // Unless another packing of the same layer was faster.
            if (made.blob == descriptor.digest || made.has_recipe) return {std::move(layer), nullptr};
        }
        return keep_packing(client, path, descriptor, diff_id, progress);
    }

    /// The files are here, from another packing of the same layer: this one is kept too, so that the image
    /// can be pushed as it came.
    FetchedLayer keep_packing(registry::Client& client, const std::string& path,
                              const oci::Descriptor& descriptor, const oci::Digest& diff_id,
                              const std::function<void(std::int64_t)>& progress) {
        auto pin = store_.layers().find(diff_id);
        if (!pin) throw Conflict("layer {} was removed while it was pulled", diff_id.text());
        auto reader = client.blob(path, descriptor);
        auto blob = std::make_shared<store::Blobs::Ingest>(store_.blobs().ingest());
        std::vector<std::byte> buffer(256 << 10);
        while (auto count = reader->read(buffer)) {
            blob->write(Bytes(buffer).first(count));
            progress(blob->size());
        }
        return {IngestedLayer{std::move(*pin), descriptor.digest, descriptor.size}, std::move(blob)};
    }

    /// Whether the names mean something else than before.
    bool is_news(const NewImage& image) {
        auto transaction = store_.database().begin(store::Durability::relaxed);
        for (const auto& name : image.names) {
            auto key = name.digest ? name.name() + "@" + name.digest->text() : name.full();
            if (find_name(transaction, key) != image.record.id) return true;
        }
        return false;
    }

    store::Store& store_;
    Downloads& downloads_;
    registry::Session& session_;
    const Reporter& reporter_;
    const Cancellation& cancellation_;
    std::vector<store::Layers::Pin> pins_;
};

}  // namespace

std::vector<Pulled> Registries::pull(const PullRequest& request, const ProgressSink& progress,
                                     const Cancellation& cancellation) {
    oci::refuse_reserved(request.name);
    Reporter reporter(progress);
    registry::Session session(options_, request.name.domain, request.credentials, registry::Purpose::pull);
    registry::Client client(session, cancellation);
    try {
        std::vector<oci::Reference> names{request.name};
        if (request.all_tags) {
            names.clear();
            for (const auto& tag : client.tags(request.name.path)) {
                oci::check_tag(tag);
                names.push_back({request.name.domain, request.name.path, tag, {}});
            }
            if (names.empty()) throw NotFound("no tags found for {}", request.name.familiar_name());
        }
        std::vector<Pulled> pulled;
        for (const auto& name : names)
            pulled.push_back(Pull(store_, *downloads_, session, reporter, cancellation)
                                 .run(client, name, request.platform));
        return pulled;
    } catch (const registry::Refused& refusal) {
        throw_pull_refusal(refusal, request.name);
    } catch (const registry::ConnectionFailed&) {
        // Whole layers stay for the next attempt; the next collection takes them if there is none.
        throw;
    } catch (const registry::Cancelled&) {
        throw;
    } catch (...) {
        store_.collect();
        throw;
    }
}

}  // namespace dhow::image
