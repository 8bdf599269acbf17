#pragma once
// Several images under one name, one a platform (OCI image spec, image-index.md; docker's manifest list).

#include "oci/descriptor.hpp"
#include "oci/descriptor_json.hpp"
#include "oci/digest_json.hpp"
#include "oci/platform_json.hpp"

namespace dhow::oci {

struct Index {
    int schema_version = 2;
    std::string media_type = std::string(media_type::index);
    std::vector<Descriptor> manifests;
    std::map<std::string, std::string> annotations;

    /// Reads and checks an index, as Manifest::parse does. @throws InvalidArgument
    static Index parse(std::string_view text);

    /// The manifest that `wanted` runs best: the first of its os and architecture, one of the same variant
    /// before others. Attestations (platform "unknown/unknown") are never chosen. Null when there is none.
    const Descriptor* choose(const Platform& wanted) const;
};

}  // namespace dhow::oci

template <>
struct dhow::json::Members<dhow::oci::Index> {
    using T = dhow::oci::Index;
    static constexpr auto list = std::tuple{
        member("schemaVersion", &T::schema_version), member("mediaType", &T::media_type, omit_empty),
        member("manifests", &T::manifests), member("annotations", &T::annotations, omit_empty)};
};
