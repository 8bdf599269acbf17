#pragma once
// What a client asks of the Dockerfile frontend: a map of texts becomes a request.
// Source: moby/buildkit, frontend/dockerui/config.go and attr.go.

#include <map>
#include <string>
#include <vector>

#include "build/options.hpp"
#include "build/share/entry.hpp"

namespace dhow::build::buildkit {

using Attributes = std::map<std::string, std::string>;

/// What a build of a Dockerfile is to be, beside what every build has.
struct Order {
    Request request;
    std::string context_folder = "context";        ///< what the client calls the folder of the context
    std::string dockerfile_folder = "dockerfile";  ///< and that of the Dockerfile
    bool dockerfile_is_local = false;              ///< it is in that folder, wherever the context comes from
    std::string remote_context;                    ///< a URL, where the context is no folder of the client's
    std::map<std::string, std::string> named_contexts;  ///< --build-context NAME=..., the names in lower case
    std::vector<CacheEntry> imports;                    ///< --cache-from
    std::string subrequest;  ///< a question about the Dockerfile, instead of a build; "" without one
};

/// `network`: the id of the default network, or "".
/// @throws InvalidArgument, NotImplemented for what cannot be: nothing is taken and ignored
Order read_attributes(const Attributes& attributes, const std::string& network);

}  // namespace dhow::build::buildkit
