#pragma once
// The JSON of oci/platform.hpp, apart from it because it is slow to compile and few files need it.

#include "base/json.hpp"
#include "oci/platform.hpp"

template <>
struct dhow::json::Members<dhow::oci::Platform> {
    using T = dhow::oci::Platform;
    static constexpr auto list = std::tuple{member("architecture", &T::architecture), member("os", &T::os),
                                            member("os.version", &T::os_version, omit_empty),
                                            member("os.features", &T::os_features, omit_empty),
                                            member("variant", &T::variant, omit_empty)};
};
