// `docker save`: one tar that is a docker archive (manifest.json, repositories) and an OCI layout
// (index.json, oci-layout, blobs/) at once, as docker writes it since version 25.

#include "image/save.hpp"

#include <map>
#include <set>

#include "base/error.hpp"
#include "image/archive.hpp"
#include "image/layout_writer.hpp"
#include "image/records.hpp"
#include "oci/index.hpp"
#include "oci/manifest.hpp"

namespace dhow::image {

namespace {

struct Wanted {
    ImageRecord record;
    std::set<std::string> tags;              ///< full names
    std::vector<store::Layers::Pin> layers;  ///< bottom first
};

class Saver {
  public:
    Saver(store::Store& store, Output& output) : store_(store), layout_(store, output) {}

    void run(const std::vector<Wanted>& images) {
        oci::Index index;
        json::Array docker;
        std::map<std::string, std::map<std::string, std::string>> repositories;
        for (const auto& image : images) {
            auto manifest = store_.blobs().read(image.record.manifest);
            write_image(image, oci::Manifest::parse(manifest));
            layout_.blob(image.record.manifest, manifest);
            docker.push_back(docker_entry(image, oci::Manifest::parse(manifest)));
            add_to_index(index, image);
            for (const auto& tag : image.tags) {
                auto name = oci::Reference::parse(tag);
                auto top = image.layers.empty() ? image.record.id : image.layers.back().layer().diff_id;
                repositories[name.familiar_name()][name.tag] = top.hex();
            }
        }
        layout_.file("index.json", json::write(index));
        layout_.file("manifest.json", json::dump(docker));
        layout_.file("oci-layout", LayoutWriter::version);
        if (!repositories.empty()) layout_.file("repositories", json::write(repositories));
        layout_.finish();
    }

  private:
    void write_image(const Wanted& image, const oci::Manifest& manifest) {
        layout_.blob(image.record.id, store_.blobs().read(image.record.id));
        for (std::size_t i = 0; i < image.layers.size(); ++i)
            layout_.layer(image.layers[i].layer(), manifest.layers.at(i));
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
    LayoutWriter layout_;
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
