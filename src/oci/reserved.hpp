#pragma once
// The name that no image has.

#include "base/error.hpp"
#include "oci/reference.hpp"

namespace dhow::oci {

/// "scratch" is what a Dockerfile begins with that begins with nothing: nothing is pulled, pushed, run or
/// called so.
/// @throws InvalidArgument "'scratch' is a reserved name"
inline void refuse_reserved(const Reference& reference) {
    if (reference.domain == "docker.io" && reference.path == "library/scratch")
        throw InvalidArgument("'scratch' is a reserved name");
}

}  // namespace dhow::oci
