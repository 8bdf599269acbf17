// `docker load`: the images of a docker archive (manifest.json) or of an OCI layout (index.json) in a tar.

#include "base/error.hpp"
#include "image/archive.hpp"
#include "image/assemble.hpp"
#include "image/images.hpp"
#include "oci/index.hpp"
#include "oci/manifest.hpp"

namespace dhow::image {

namespace {

/// One image of manifest.json, as `docker save` writes it.
struct SavedImage {
    std::string config;
    std::optional<std::vector<std::string>> repo_tags;
    std::vector<std::string> layers;
};

}  // namespace

}  // namespace dhow::image

template <>
struct dhow::json::Members<dhow::image::SavedImage> {
    using T = dhow::image::SavedImage;
    static constexpr auto list = std::tuple{member("Config", &T::config), member("RepoTags", &T::repo_tags),
                                            member("Layers", &T::layers)};
};

namespace dhow::image {

namespace {

class Loader {
  public:
    Loader(const Archive& archive, std::optional<oci::Platform> platform)
        : archive_(archive), platform_(std::move(platform)) {}

    std::vector<NewImage> run() {
        if (const auto* text = archive_.document("manifest.json"))
            from_docker(*text);
        else if (const auto* index = archive_.document("index.json"))
            from_layout(oci::Index::parse(*index), 0, "");
        else
            throw InvalidArgument("invalid archive: it holds neither a manifest.json nor an index.json");
        if (images_.empty()) throw InvalidArgument("invalid archive: it holds no image{}", wanted());
        return std::move(images_);
    }

  private:
    std::string wanted() const { return platform_ ? " for the platform " + platform_->text() : ""; }

    void from_docker(const std::string& text) {
        for (const auto& saved : json::read<std::vector<SavedImage>>(text)) {
            const auto& config = archive_.need_document(saved.config);
            check_config_name(saved.config, config);
            if (platform_ && !platform_->runs(oci::ImageConfig::parse(config).platform())) continue;
            LayerList layers;
            for (const auto& path : saved.layers) layers.push_back(&archive_.layer(path));
            auto image = assemble_image(config, layers, manifest_of(store::sha256(config)));
            for (const auto& tag : saved.repo_tags.value_or(std::vector<std::string>{}))
                image.names.push_back(oci::Reference::parse(tag).with_default_tag());
            images_.push_back(std::move(image));
        }
    }

    /// Archives name a configuration by its digest; one that lies about it was tampered with.
    static void check_config_name(std::string_view path, const std::string& config) {
        auto name = std::filesystem::path(path).filename().string();
        if (name.ends_with(".json")) name.resize(name.size() - 5);
        if (name.size() == 64 && oci::is_hex(name) && store::sha256(config).hex() != name)
            throw InvalidArgument("invalid archive: the content of \"{}\" is other than its name says", path);
    }

    /// The OCI manifest that stands beside manifest.json in newer archives.
    std::string manifest_of(const oci::Digest& config) const {
        const auto* text = archive_.document("index.json");
        if (!text) return "";
        for (const auto& entry : oci::Index::parse(*text).manifests) {
            const auto* manifest =
                oci::media_type::is_manifest(entry.media_type) ? archive_.document(entry.digest) : nullptr;
            if (manifest && oci::Manifest::parse(*manifest).config.digest == config) return *manifest;
        }
        return "";
    }

    void from_layout(const oci::Index& index, int depth, const std::string& outer_name) {
        if (depth > 4) throw InvalidArgument("invalid archive: indexes in indexes");
        // Within an index of platforms one is taken; the outermost lists what is in the archive.
        const auto* chosen = depth > 0 ? index.choose(platform_.value_or(oci::Platform::host())) : nullptr;
        for (const auto& entry : index.manifests) {
            if (depth > 0 && &entry != chosen) continue;
            if (depth == 0 && platform_ && entry.platform && !platform_->runs(*entry.platform)) continue;
            if (entry.platform && entry.platform->os == "unknown") continue;
            std::string name = name_of(entry, outer_name);
            const auto* text = archive_.document(entry.digest);
            if (!text) {
                if (depth == 0 && entry.platform && index.manifests.size() > 1)
                    continue;  // another platform's, left out
                throw InvalidArgument("invalid archive: it does not hold {}", entry.digest.text());
            }
            if (oci::media_type::is_index(entry.media_type))
                from_layout(oci::Index::parse(*text), depth + 1, name);
            else
                add_manifest(*text, entry, name);
        }
    }

    static std::string name_of(const oci::Descriptor& entry, const std::string& outer_name) {
        // containerd's annotation holds the whole name; OCI's may be a tag alone, which names nothing.
        if (auto found = entry.annotations.find("io.containerd.image.name"); found != entry.annotations.end())
            return found->second;
        auto found = entry.annotations.find("org.opencontainers.image.ref.name");
        if (found != entry.annotations.end() && found->second.find_first_of("/:") != std::string::npos)
            return found->second;
        return outer_name;
    }

    void add_manifest(const std::string& text, const oci::Descriptor& entry, const std::string& name) {
        if (!oci::media_type::is_manifest(entry.media_type))
            throw InvalidArgument("invalid archive: {} is of the unsupported media type \"{}\"",
                                  entry.digest.text(), entry.media_type);
        if (entry.size != static_cast<std::int64_t>(text.size()))
            throw InvalidArgument("invalid archive: {} has {} bytes, not {}", entry.digest.text(),
                                  text.size(), entry.size);
        auto manifest = oci::Manifest::parse(text);
        // Signatures, charts and the like: artifacts, not images.
        if (!oci::media_type::is_config(manifest.config.media_type)) return;
        const auto* config = archive_.document(manifest.config.digest);
        if (!config)
            throw InvalidArgument("invalid archive: it does not hold {}", manifest.config.digest.text());
        LayerList layers;
        for (const auto& layer : manifest.layers) {
            if (!oci::media_type::is_layer(layer.media_type))
                throw InvalidArgument("unsupported layer media type \"{}\"", layer.media_type);
            const auto& ingested = archive_.layer(blob_path(layer.digest));
            if (ingested.blob != layer.digest || ingested.blob_size != layer.size)
                throw InvalidArgument("invalid archive: the content of {} is other than its name says",
                                      layer.digest.text());
            layers.push_back(&ingested);
        }
        auto image = assemble_image(*config, layers, text);
        if (!name.empty()) image.names.push_back(oci::Reference::parse(name).with_default_tag());
        images_.push_back(std::move(image));
    }

    const Archive& archive_;
    std::optional<oci::Platform> platform_;
    std::vector<NewImage> images_;
};

}  // namespace

std::vector<Loaded> Images::load(Source& source, const std::optional<oci::Platform>& platform,
                                 const ProgressSink& progress) {
    LayerSweep sweep(store_);
    Archive archive(store_, progress);
    archive.read(source);
    auto images = Loader(archive, platform).run();
    add_images(store_, images, [&](const oci::Reference& name, const oci::Digest& before) {
        if (!progress) return;
        progress({.id = "",
                  .status = fmt::format(
                      "The image {} already exists, renaming the old one with ID {} to empty string",
                      name.familiar(), before.text()),
                  .current = 0,
                  .total = 0});
    });
    std::vector<Loaded> loaded;
    for (const auto& image : images) {
        Loaded one{image.record.id, {}};
        for (const auto& name : image.names) one.names.push_back(name.familiar());
        loaded.push_back(std::move(one));
    }
    return loaded;
}

}  // namespace dhow::image
