#pragma once
// The JSON of oci/descriptor.hpp, apart from it because it is slow to compile and few files need it.

#include "base/json.hpp"
#include "oci/descriptor.hpp"
#include "oci/digest_json.hpp"
#include "oci/platform_json.hpp"

template <>
struct dhow::json::Members<dhow::oci::Descriptor> {
    using T = dhow::oci::Descriptor;
    static constexpr auto list = std::tuple{member("mediaType", &T::media_type),
                                            member("digest", &T::digest),
                                            member("size", &T::size),
                                            member("urls", &T::urls, omit_empty),
                                            member("annotations", &T::annotations, omit_empty),
                                            member("platform", &T::platform, omit_empty),
                                            member("artifactType", &T::artifact_type, omit_empty)};
};
