#pragma once
// The JSON of share/document.hpp.

#include "base/json.hpp"
#include "build/share/document.hpp"
#include "oci/digest_json.hpp"

template <>
struct dhow::json::Members<dhow::build::CacheStep> {
    using T = dhow::build::CacheStep;
    static constexpr auto list =
        std::tuple{member("keys", &T::keys), member("config", &T::config, omit_empty),
                   member("layer", &T::layer, omit_empty)};
};

template <>
struct dhow::json::Members<dhow::build::CacheDocument> {
    using T = dhow::build::CacheDocument;
    static constexpr auto list = std::tuple{
        member("version", &T::version), member("layers", &T::layers, omit_empty), member("steps", &T::steps)};
};
