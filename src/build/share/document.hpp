#pragma once
// What a build tells other machines' builds of its cache: --cache-to and --cache-from. A document lists steps
// by the keys under which the builder finds them, and what each made; the layers travel beside it as blobs.
//
//     {"version": 1, "layers": ["sha256:<diff id>", ...], "steps": [
//         {"keys": ["sha256:...", ...], "config": "<the step's whole image configuration>", "layer": 0}]}
//
// It is the configuration blob of an OCI manifest whose layers are those of `layers`, in this order. Inline,
// it is the member `inline_member` of an image's configuration; then it has no `layers`: they are the image's
// own, and no `config`: what a step made of the configuration is not in there.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/digest.hpp"

namespace dhow::build {

inline constexpr std::string_view cache_media_type = "application/vnd.dhow.buildcache.config.v1+json";
inline constexpr std::string_view inline_member = "dhow.buildcache.v1";

struct CacheStep {
    std::vector<std::string> keys;
    std::string config;        ///< "" when it is not known
    std::optional<int> layer;  ///< which it made; none when it made none
};

struct CacheDocument {
    int version = 1;
    std::vector<oci::Digest> layers;
    std::vector<CacheStep> steps;

    /// Reads and checks a document. @throws InvalidArgument
    static CacheDocument parse(std::string_view text);
    /// The one inside an image's configuration; none when there is none. @throws InvalidArgument
    static std::optional<CacheDocument> find_inline(std::string_view image_config);
    std::string text() const;
    /// The image's configuration with this in it.
    std::string put_inline(std::string_view image_config) const;
};

}  // namespace dhow::build
