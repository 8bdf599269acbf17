#pragma once
// One image: its configuration and its layers, bottom first (OCI image spec, manifest.md; docker's schema 2
// has the same members).

#include <optional>

#include "oci/descriptor.hpp"
#include "oci/descriptor_json.hpp"
#include "oci/digest_json.hpp"
#include "oci/platform_json.hpp"

namespace dhow::oci {

struct Manifest {
    int schema_version = 2;
    std::string media_type = std::string(media_type::manifest);
    std::string artifact_type;
    Descriptor config;
    std::vector<Descriptor> layers;
    std::optional<Descriptor> subject;
    std::map<std::string, std::string> annotations;

    /// Reads and checks a manifest: the schema's version, a type that is a manifest's (one that also has an
    /// index's members is refused, as the spec says since CVE-2021-41190), digests, sizes of 0 or more.
    /// @throws InvalidArgument
    static Manifest parse(std::string_view text);
};

}  // namespace dhow::oci

template <>
struct dhow::json::Members<dhow::oci::Manifest> {
    using T = dhow::oci::Manifest;
    static constexpr auto list = std::tuple{member("schemaVersion", &T::schema_version),
                                            member("mediaType", &T::media_type, omit_empty),
                                            member("artifactType", &T::artifact_type, omit_empty),
                                            member("config", &T::config),
                                            member("layers", &T::layers),
                                            member("subject", &T::subject, omit_empty),
                                            member("annotations", &T::annotations, omit_empty)};
};
