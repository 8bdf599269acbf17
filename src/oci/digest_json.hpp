#pragma once
// The JSON of oci/digest.hpp, apart from it because it is slow to compile and few files need it.

#include "base/json.hpp"
#include "oci/digest.hpp"

template <>
struct dhow::json::Custom<dhow::oci::Digest> {
    static dhow::oci::Digest from(const Value& value);
    static Value to(const dhow::oci::Digest& digest);
};
