#include "build/share/document.hpp"

#include "build/share/document_json.hpp"
#include "oci/image_config.hpp"
#include "oci/image_config_json.hpp"

namespace dhow::build {

namespace {

void check(const CacheDocument& document) {
    if (document.version != 1)
        throw InvalidArgument("a build cache of version {}, which this release does not know",
                              document.version);
    for (const auto& step : document.steps) {
        bool known = !step.layer ||
                     (*step.layer >= 0 && static_cast<std::size_t>(*step.layer) < document.layers.size());
        if (!known) throw InvalidArgument("a build cache that names a layer which it has not");
    }
}

}  // namespace

CacheDocument CacheDocument::parse(std::string_view text) {
    auto document = json::read<CacheDocument>(text);
    check(document);
    return document;
}

std::optional<CacheDocument> CacheDocument::find_inline(std::string_view image_config) {
    auto value = json::parse(image_config);
    const auto* object = value.if_object();
    const auto* member = object ? object->if_contains(inline_member) : nullptr;
    if (!member) return std::nullopt;
    auto document = json::read<CacheDocument>(json::dump(*member));
    document.layers = oci::ImageConfig::parse(image_config).rootfs.diff_ids;
    check(document);
    return document;
}

std::string CacheDocument::text() const { return json::write(*this); }

std::string CacheDocument::put_inline(std::string_view image_config) const {
    auto value = json::parse(image_config);
    value.as_object()[inline_member] = json::parse(text());
    return json::dump(value);
}

}  // namespace dhow::build
