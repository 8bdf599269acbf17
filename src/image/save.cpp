// `docker save`: one tar that is a docker archive (manifest.json, repositories) and an OCI layout
// (index.json, oci-layout, blobs/) at once, as docker writes it since version 25.

#include "image/save.hpp"

#include <map>
#include <set>

#include "base/error.hpp"
#include "image/archive.hpp"
#include "image/layer_content.hpp"
#include "image/records.hpp"
#include "oci/index.hpp"
#include "oci/manifest.hpp"
#include "tar/writer.hpp"

namespace dhow::image {

namespace {

/// An entry of fixed owner and time, so that the same images make the same archive.
TarEntry entry_at(const std::string& path, std::int64_t size = 0) {
    TarEntry entry;
    entry.path = path;
    entry.mode = 0644;
    entry.size = entry.payload = size;
    return entry;
}

/// Counts and hashes what passes, so that a damaged layer is never given out as a good one.
class CheckedOutput final : public Output {
  public:
    explicit CheckedOutput(tar::TarWriter& archive) : archive_(archive) {}
    void write(Bytes bytes) override {
        hash_.update(bytes);
        size_ += static_cast<std::int64_t>(bytes.size());
        archive_.write(bytes);
    }
    void check(const oci::Digest& digest, std::int64_t size) {
        if (size_ != size || hash_.finish() != digest)
            throw InternalError("layer {} was damaged on disk", digest.text());
    }

  private:
    tar::TarWriter& archive_;
    store::Sha256 hash_;
    std::int64_t size_ = 0;
};

struct Wanted {
    ImageRecord record;
    std::set<std::string> tags;              ///< full names
    std::vector<store::Layers::Pin> layers;  ///< bottom first
};

class Saver {
  public:
    Saver(store::Store& store, Output& output) : store_(store), archive_(output) {}

    void run(const std::vector<Wanted>& images) {
        for (const auto* path : {"blobs/", "blobs/sha256/"}) {
            TarEntry folder = entry_at(path);
            folder.type = TarEntry::Type::directory;
            folder.mode = 0755;
            archive_.file(folder, "");
        }
        oci::Index index;
        json::Array docker;
        std::map<std::string, std::map<std::string, std::string>> repositories;
        for (const auto& image : images) {
            auto manifest = store_.blobs().read(image.record.manifest);
            write_image(image, oci::Manifest::parse(manifest));
            write_blob(image.record.manifest, manifest);
            docker.push_back(docker_entry(image, oci::Manifest::parse(manifest)));
            add_to_index(index, image);
            for (const auto& tag : image.tags) {
                auto name = oci::Reference::parse(tag);
                auto top = image.layers.empty() ? image.record.id : image.layers.back().layer().diff_id;
                repositories[name.familiar_name()][name.tag] = top.hex();
            }
        }
        archive_.file(entry_at("index.json"), json::write(index));
        archive_.file(entry_at("manifest.json"), json::dump(docker));
        archive_.file(entry_at("oci-layout"), R"({"imageLayoutVersion":"1.0.0"})");
        if (!repositories.empty()) archive_.file(entry_at("repositories"), json::write(repositories));
        archive_.finish();
    }

  private:
    void write_image(const Wanted& image, const oci::Manifest& manifest) {
        write_blob(image.record.id, store_.blobs().read(image.record.id));
        for (std::size_t i = 0; i < image.layers.size(); ++i)
            write_layer(image.layers[i].layer(), manifest.layers.at(i));
    }

    void write_blob(const oci::Digest& digest, const std::string& content) {
        if (written_.insert(digest).second) archive_.file(entry_at(blob_path(digest)), content);
    }

    void write_layer(const store::Layer& layer, const oci::Descriptor& descriptor) {
        if (!written_.insert(descriptor.digest).second) return;
        archive_.begin(entry_at(blob_path(descriptor.digest), descriptor.size));
        CheckedOutput checked(archive_);
        if (store_.blobs().has(descriptor.digest)) {
            FdSource source(store_.blobs().open(descriptor.digest));
            std::vector<std::byte> buffer(256 << 10);
            while (auto count = source.read(buffer)) checked.write(Bytes(buffer).first(count));
        } else {
            write_layer_tar(store_, layer, checked);
        }
        checked.check(descriptor.digest, descriptor.size);
        archive_.end();
    }

    static json::Value docker_entry(const Wanted& image, const oci::Manifest& manifest) {
        json::Array tags, layers;
        for (const auto& tag : image.tags) tags.emplace_back(oci::Reference::parse(tag).familiar());
        for (const auto& layer : manifest.layers) layers.emplace_back(blob_path(layer.digest));
        json::Object entry;
        entry["Config"] = blob_path(image.record.id);
        entry["RepoTags"] = tags.empty() ? json::Value(nullptr) : json::Value(tags);
        entry["Layers"] = layers;
        return entry;
    }

    static void add_to_index(oci::Index& index, const Wanted& image) {
        oci::Descriptor entry;
        entry.media_type = image.record.manifest_type;
        entry.digest = image.record.manifest;
        entry.size = image.record.manifest_size;
        if (image.tags.empty()) index.manifests.push_back(entry);
        for (const auto& tag : image.tags) {
            entry.annotations = {{"io.containerd.image.name", tag},
                                 {"org.opencontainers.image.ref.name", oci::Reference::parse(tag).tag}};
            index.manifests.push_back(entry);
        }
    }

    store::Store& store_;
    tar::TarWriter archive_;
    std::set<oci::Digest> written_;
};

Wanted& wanted_image(store::Transaction& transaction, const oci::Digest& id, std::vector<Wanted>& images) {
    auto place = std::ranges::find(images, id, [](const Wanted& image) { return image.record.id; });
    if (place != images.end()) return *place;
    return images.emplace_back(Wanted{*find_image(transaction, id), {}, {}});
}

/// A repository without a tag means all of its images, a name with a tag that one, and an id an image
/// without its names.
void add_wanted(store::Transaction& transaction, const std::string& text, std::vector<Wanted>& images) {
    auto found = find_reference(transaction, text);
    bool by_id =
        text.starts_with("sha256:") || (found && oci::is_hex(text) && found->hex().starts_with(text));
    if (by_id) {
        wanted_image(transaction, get_reference(transaction, text), images);
        return;
    }
    auto name = oci::Reference::parse(text);
    if (name.tag.empty() && !name.digest) {
        auto tags = tags_of(transaction, name);
        for (const auto& [tag, id] : tags) wanted_image(transaction, id, images).tags.insert(tag.full());
        if (tags.empty()) throw NotFound("No such image: {}", text);
        return;
    }
    auto& image = wanted_image(transaction, get_reference(transaction, text), images);
    if (!name.digest) image.tags.insert(name.full());
}

}  // namespace

void Images::save(const std::vector<std::string>& references, Output& output,
                  const std::optional<oci::Platform>& platform) const {
    std::vector<Wanted> images;
    {
        auto transaction = store_.database().begin(store::Durability::relaxed);
        for (const auto& text : references) add_wanted(transaction, text, images);
    }
    for (auto& image : images) {
        if (platform && !platform->runs(config(image.record.id)->platform()))
            throw NotFound("image {} does not provide the specified platform ({})",
                           image.record.id.short_id(), platform->text());
        for (const auto& diff_id : config(image.record.id)->rootfs.diff_ids) {
            auto layer = store_.layers().find(diff_id);
            if (!layer) throw NotFound("No such image: {}", image.record.id.text());
            image.layers.push_back(std::move(*layer));
        }
    }
    Saver(store_, output).run(images);
}

void save_image(store::Store& store, const Image& image, const std::set<std::string>& names, Output& output) {
    std::vector<Wanted> images;
    {
        auto transaction = store.database().begin(store::Durability::relaxed);
        auto record = find_image(transaction, image.id);
        if (!record) throw NotFound("No such image: {}", image.id.text());
        images.push_back(Wanted{*record, names, {}});
    }
    for (const auto& diff_id : image.config->rootfs.diff_ids) {
        auto layer = store.layers().find(diff_id);
        if (!layer) throw NotFound("No such image: {}", image.id.text());
        images.front().layers.push_back(std::move(*layer));
    }
    Saver(store, output).run(images);
}

}  // namespace dhow::image
