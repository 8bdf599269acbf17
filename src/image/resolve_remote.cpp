#include "image/resolve_remote.hpp"

#include "base/error.hpp"
#include "oci/index.hpp"

namespace dhow::image {

namespace {

constexpr int deepest_index = 2;

void check_layers(const oci::Manifest& manifest) {
    for (const auto& layer : manifest.layers) {
        bool elsewhere = layer.media_type == oci::media_type::docker_foreign_layer ||
                         layer.media_type.find(".nondistributable.") != std::string::npos ||
                         !layer.urls.empty();
        if (elsewhere)
            throw InvalidArgument(
                "layer {} is a foreign layer, to be fetched from another place than the registry: not "
                "supported",
                layer.digest.text());
        if (!oci::media_type::is_layer(layer.media_type))
            throw InvalidArgument("unsupported layer media type \"{}\"", layer.media_type);
        if (layer.digest.algorithm() != "sha256")
            throw InvalidArgument("layer {} is named by {}: only sha256 is supported", layer.digest.text(),
                                  layer.digest.algorithm());
    }
}

void check_config(const RemoteImage& image, const oci::Reference& name,
                  const std::optional<oci::Platform>& platform) {
    const auto& config = image.parsed_config;
    if (config.os != "linux")
        throw InvalidArgument("image operating system \"{}\" cannot be used on this platform", config.os);
    if (platform && !platform->runs(config.platform()))
        throw NotFound(
            "image with reference {} was found but does not provide the specified platform ({}): it is for "
            "{}",
            name.familiar(), platform->text(), config.platform().text());
    if (config.rootfs.diff_ids.size() != image.manifest.layers.size())
        throw InvalidArgument("invalid image: its configuration names {} layers, its manifest {}",
                              config.rootfs.diff_ids.size(), image.manifest.layers.size());
}

registry::Document choose(registry::Client& client, const oci::Reference& name, registry::Document document,
                          const oci::Platform& platform) {
    for (int depth = 0; oci::media_type::is_index(document.media_type); ++depth) {
        if (depth == deepest_index) throw InvalidArgument("invalid index: indexes in indexes");
        auto index = oci::Index::parse(document.text);
        const auto* chosen = index.choose(platform);
        if (!chosen)
            throw NotFound("no matching manifest for {} in the manifest list entries", platform.text());
        auto inner = client.manifest(name.path, chosen->digest.text());
        if (static_cast<std::int64_t>(inner.text.size()) != chosen->size)
            throw InvalidArgument("manifest {} has {} bytes; its index says {}", chosen->digest.text(),
                                  inner.text.size(), chosen->size);
        document = std::move(inner);
    }
    return document;
}

}  // namespace

RemoteImage resolve_remote(registry::Client& client, const oci::Reference& name,
                           const std::optional<oci::Platform>& platform, const std::function<void()>& found) {
    RemoteImage image;
    auto document = client.manifest(name.path, name.digest ? name.digest->text() : name.tag);
    if (found) found();
    image.digest = document.digest;
    image.document = choose(client, name, std::move(document), platform.value_or(oci::Platform::host()));
    const auto& type = image.document.media_type;
    if (type.find("manifest.v1+") != std::string::npos && !oci::media_type::is_manifest(type))
        throw NotImplemented(
            "{} has a manifest of schema 1 (\"{}\"), which is not supported: push it again with a newer tool",
            name.familiar(), type);
    if (!oci::media_type::is_manifest(type)) throw InvalidArgument("unsupported media type {}", type);
    image.manifest = oci::Manifest::parse(image.document.text);
    if (!oci::media_type::is_config(image.manifest.config.media_type))
        throw InvalidArgument("unsupported media type {}: {} is no image", image.manifest.config.media_type,
                              name.familiar());
    check_layers(image.manifest);
    image.config = client.small_blob(name.path, image.manifest.config);
    image.parsed_config = oci::ImageConfig::parse(image.config);
    check_config(image, name, platform);
    return image;
}

void throw_pull_refusal(const registry::Refused& refusal, const oci::Reference& name) {
    bool denied = refusal.code() == "DENIED" || refusal.code() == "UNAUTHORIZED" ||
                  refusal.code() == "NAME_UNKNOWN" || refusal.status() == 401 || refusal.status() == 403;
    if (denied)
        throw NotFound(
            "pull access denied for {}, repository does not exist or may require 'docker login': {}",
            name.familiar_name(), refusal.message());
    if (refusal.status() == 404 && refusal.code() == "MANIFEST_UNKNOWN")
        throw NotFound("manifest for {} not found: {}", name.familiar(), refusal.message());
    throw refusal;
}

}  // namespace dhow::image
