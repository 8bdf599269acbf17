#pragma once
// The query of POST /build as the builder's request.

#include <string>
#include <vector>

#include "api/http/request.hpp"
#include "build/options.hpp"
#include "engine/engine.hpp"

namespace dhow::api::build {

struct Wanted {
    dhow::build::Request request;
    /// Where the image is named: repository and tag.
    struct Name {
        std::string repository, tag;
    };
    std::vector<Name> names;
    bool quiet = false;
    std::string remote;  ///< where the context comes from, instead of the request
};

/// @throws InvalidArgument; NotImplemented for what dhow cannot do, since nothing is accepted and ignored
Wanted read_request(const engine::Networks& networks, const http::Request& request);

}  // namespace dhow::api::build
