#include "oci/index.hpp"

#include "base/error.hpp"

namespace dhow::oci {

Index Index::parse(std::string_view text) {
    json::Value value = json::parse(text);
    if (const auto* object = value.if_object();
        object && (object->contains("config") || object->contains("layers")))
        throw InvalidArgument("invalid index: it has the members of a manifest too");
    auto index = json::from<Index>(value);
    if (index.schema_version != 2)
        throw InvalidArgument("unsupported index: schema version {}", index.schema_version);
    if (!index.media_type.empty() && !media_type::is_index(index.media_type))
        throw InvalidArgument("unsupported index media type \"{}\"", index.media_type);
    for (const auto& manifest : index.manifests)
        if (!manifest.digest || manifest.size < 0)
            throw InvalidArgument("invalid index: a manifest without digest or with a negative size");
    return index;
}

const Descriptor* Index::choose(const Platform& wanted) const {
    const Descriptor* best = nullptr;
    for (const auto& manifest : manifests) {
        if (!manifest.platform || !wanted.runs(*manifest.platform)) continue;
        if (manifest.platform->variant == wanted.variant) return &manifest;
        // Of several that run, the newest variant.
        if (!best || best->platform->variant < manifest.platform->variant) best = &manifest;
    }
    return best;
}

}  // namespace dhow::oci
