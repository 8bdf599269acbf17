// `docker push`.

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "image/assemble.hpp"
#include "image/layer_content.hpp"
#include "image/pack.hpp"
#include "image/records.hpp"
#include "image/registries.hpp"
#include "image/transfer.hpp"
#include "oci/manifest.hpp"
#include "oci/reserved.hpp"
#include "registry/client.hpp"

namespace dhow::image {

namespace {

/// An image of the store, its layers pinned.
struct Local {
    ImageRecord record;
    std::string config;
    registry::Document document;
    oci::Manifest manifest;
    bool known_by_digest = false;            ///< some registry has this manifest
    std::vector<store::Layers::Pin> layers;  ///< bottom first
};

class Push {
  public:
    Push(store::Store& store, registry::Session& session, const Reporter& reporter,
         const Cancellation& cancellation)
        : store_(store), session_(session), reporter_(reporter), cancellation_(cancellation) {}

    Pushed run(const oci::Reference& name) {
        auto image = read(name);
        for (const auto& pin : image.layers) reporter_.layer(id_of(pin), "Preparing");
        if (was_made_here(image)) pack(image);
        send_layers(image, name);
        registry::Client client(session_, cancellation_);
        auto content = image.config;
        registry::BlobSource config{image.manifest.config.digest, image.manifest.config.size,
                                    [content](std::int64_t offset) { return read_text(content, offset); }};
        client.push_blob(name.path, config, {});
        client.put_manifest(name.path, name.tag, image.document);
        remember(name, image);
        auto size = static_cast<std::int64_t>(image.document.text.size());
        reporter_.line(fmt::format("{}: digest: {} size: {}", name.tag, image.document.digest.text(), size));
        return {image.record.id, name.familiar(), name.tag, image.document.digest, size};
    }

  private:
    static std::string id_of(const store::Layers::Pin& pin) { return pin.layer().diff_id.short_id(); }

    static std::function<std::size_t(std::span<char>)> read_text(const std::string& text,
                                                                 std::int64_t offset) {
        return [text, at = static_cast<std::size_t>(offset)](std::span<char> buffer) mutable {
            auto count = text.copy(buffer.data(), buffer.size(), std::min(at, text.size()));
            at += count;
            return count;
        };
    }

    Local read(const oci::Reference& name) {
        Local image;
        std::vector<LayerRow> rows;
        {
            auto transaction = store_.database().begin(store::Durability::relaxed);
            auto id = find_name(transaction, name.full());
            if (!id) throw NotFound("tag does not exist: {}", name.familiar());
            image.record = *find_image(transaction, *id);
            rows = layers_of(transaction, *id);
            for (const auto& other : names_of(transaction, *id))
                image.known_by_digest |= other.digest == image.record.manifest;
        }
        image.config = store_.blobs().read(image.record.id);
        auto text = store_.blobs().read(image.record.manifest);
        image.manifest = oci::Manifest::parse(text);
        image.document = {image.record.manifest_type, image.record.manifest, std::move(text)};
        for (const auto& row : rows) {
            auto pin = store_.layers().find(row.diff_id);
            if (!pin) throw NotFound("No such image: {}", name.familiar());
            image.layers.push_back(std::move(*pin));
        }
        if (image.manifest.layers.size() != image.layers.size())
            throw InternalError("the manifest of {} names {} layers, the image has {}", name.familiar(),
                                image.manifest.layers.size(), image.layers.size());
        return image;
    }

    /// Whether the manifest was made for plain layers here, so that nobody knows its digest yet.
    static bool was_made_here(const Local& image) {
        if (image.known_by_digest) return false;
        bool plain = false;
        for (std::size_t i = 0; i < image.layers.size(); ++i) {
            const auto& descriptor = image.manifest.layers[i];
            plain = plain || descriptor.digest == image.layers[i].layer().diff_id;
        }
        auto again = image.manifest;
        again.media_type = oci::media_type::manifest;
        return plain && image.manifest.annotations.empty() && json::write(again) == image.document.text;
    }

    void pack(Local& image) {
        auto descriptors = image.manifest.layers;
        for_each_layer(
            image.layers.size(), cancellation_, [&](std::size_t i, const Cancellation& cancellation) {
                const auto& layer = image.layers[i].layer();
                if (descriptors[i].digest != layer.diff_id) return;
                LayerProgress progress(reporter_, layer.diff_id.short_id(), "Preparing", layer.tar_size);
                auto digest = pack_layer(store_, layer, [&](std::int64_t bytes) {
                    cancellation.check();
                    progress(bytes);
                });
                descriptors[i].digest = digest;
                descriptors[i].size = store_.blobs().size(digest);
                descriptors[i].media_type = media_type_of(digest);
            });
        image.manifest.layers = std::move(descriptors);
        image.document.text = json::write(image.manifest);
        image.document.digest = store::sha256(image.document.text);
        image.record.manifest = image.document.digest;
        image.record.manifest_size = static_cast<std::int64_t>(image.document.text.size());
        std::shared_lock gate(store_.blob_gate());
        store_.blobs().put(image.document.text);
        auto transaction = store_.database().begin();
        if (find_image(transaction, image.record.id)) set_manifest(transaction, image.record);
        transaction.commit();
    }

    std::string_view media_type_of(const oci::Digest& blob) {
        FdSource file(store_.blobs().open(blob));
        PeekSource peek(file);
        switch (detect_compression(peek.peek(6))) {
            case Compression::zstd:
                return oci::media_type::layer_zstd;
            case Compression::gzip:
                return oci::media_type::layer_gzip;
            default:
                throw InternalError("blob {} is neither gzip nor zstd", blob.text());
        }
    }

    void send_layers(const Local& image, const oci::Reference& name) {
        std::vector<std::size_t> each;
        std::set<oci::Digest> seen;
        for (std::size_t i = 0; i < image.layers.size(); ++i)
            if (seen.insert(image.manifest.layers[i].digest).second) each.push_back(i);
        for (auto i : each) reporter_.layer(id_of(image.layers[i]), "Waiting");
        for_each_layer(each.size(), cancellation_, [&](std::size_t n, const Cancellation& cancellation) {
            send_layer(image.layers[each[n]].layer(), image.manifest.layers[each[n]], name, cancellation);
        });
    }

    void send_layer(const store::Layer& layer, const oci::Descriptor& descriptor, const oci::Reference& name,
                    const Cancellation& cancellation) {
        auto id = layer.diff_id.short_id();
        registry::Client client(session_, cancellation);
        LayerProgress progress(reporter_, id, "Pushing", descriptor.size);
        auto source = layer_content(store_, layer, descriptor);
        auto sent = client.push_blob(name.path, source, neighbours(layer, name), std::ref(progress));
        if (sent.how == registry::Sent::existed)
            reporter_.layer(id, "Layer already exists");
        else if (sent.how == registry::Sent::mounted)
            reporter_.layer(id, "Mounted from " + sent.mounted_from);
        else
            reporter_.layer(id, "Pushed");
    }

    /// Repositories of the same registry that are known to have the layer: where an image with it was pulled
    /// from or pushed to.
    std::vector<std::string> neighbours(const store::Layer& layer, const oci::Reference& name) {
        constexpr std::size_t most = 3;
        auto transaction = store_.database().begin(store::Durability::relaxed);
        auto rows = transaction.query(
            "SELECT DISTINCT n.name FROM names n JOIN image_layers i ON i.image = n.image WHERE i.layer = ?1",
            layer.id);
        std::vector<std::string> paths;
        while (rows.next() && paths.size() < most) {
            auto other = oci::Reference::parse(rows.text(0));
            if (other.digest && other.domain == name.domain && other.path != name.path &&
                std::ranges::find(paths, other.path) == paths.end())
                paths.push_back(other.path);
        }
        return paths;
    }

    /// The image can be named by what the registry has now.
    void remember(const oci::Reference& name, const Local& image) {
        auto transaction = store_.database().begin();
        if (find_image(transaction, image.record.id))
            set_name(transaction, {name.domain, name.path, "", image.document.digest}, image.record.id);
        transaction.commit();
    }

    store::Store& store_;
    registry::Session& session_;
    const Reporter& reporter_;
    const Cancellation& cancellation_;
};

/// The tags of a repository that are here.
std::vector<oci::Reference> tags_of(store::Store& store, const oci::Reference& repository) {
    auto transaction = store.database().begin(store::Durability::relaxed);
    std::string low = repository.name() + ":";
    // ';' is the character behind ':'.
    auto rows = transaction.query("SELECT name FROM names WHERE name >= ?1 AND name < ?2 ORDER BY name", low,
                                  repository.name() + ";");
    std::vector<oci::Reference> names;
    while (rows.next())
        if (auto name = oci::Reference::parse(rows.text(0)); name.path == repository.path && !name.digest)
            names.push_back(std::move(name));
    return names;
}

/// @throws NotFound in docker's words
void check_is_here(store::Store& store, const oci::Reference& name) {
    auto tags = tags_of(store, name);
    if (tags.empty())
        throw NotFound("An image does not exist locally with the tag: {}", name.familiar_name());
    if (std::ranges::find(tags, name) == tags.end())
        throw NotFound("tag does not exist: {}", name.familiar());
}

}  // namespace

std::vector<Pushed> Registries::push(const PushRequest& request, const ProgressSink& progress,
                                     const Cancellation& cancellation) {
    oci::refuse_reserved(request.name);
    if (request.name.digest) throw InvalidArgument("cannot push a digest reference");
    std::vector<oci::Reference> names{request.name.with_default_tag()};
    if (request.all_tags) names = tags_of(store_, request.name);
    if (names.empty())
        throw NotFound("An image does not exist locally with the tag: {}", request.name.familiar_name());
    if (!request.all_tags) check_is_here(store_, names.front());
    Reporter reporter(progress);
    reporter.line(fmt::format("The push refers to repository [{}]", request.name.name()));
    registry::Session session(options_, request.name.domain, request.credentials, registry::Purpose::push);
    std::vector<Pushed> pushed;
    for (const auto& name : names) pushed.push_back(Push(store_, session, reporter, cancellation).run(name));
    return pushed;
}

}  // namespace dhow::image
