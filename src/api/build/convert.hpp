#pragma once
// The query of POST /build as the builder's request.

#include <string>
#include <vector>

#include "api/http/request.hpp"
#include "build/options.hpp"
#include "build/share/entry.hpp"
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

    // dhow's own, for `dhow build`.

    enum class View {
        docker,  ///< docker's words
        text,    ///< the same, with warnings, and events
        steps,   ///< events alone, to draw from
    };
    View view = View::docker;
    std::string sent;  ///< the id of the context, where POST /build/context brought it
    /// The body's tar holds several folders: "context" unless that comes another way, those that
    /// "bundle:FOLDER" names in imports of type local, and OCI layouts of `contexts`.
    bool bundled = false;
    /// --build-context, names in lower case: an image, an OCI layout, "sent:ID", or what is to be fetched.
    std::map<std::string, std::string> contexts;
    std::vector<dhow::build::CacheEntry> imports, exports;
    std::vector<std::string> agents;  ///< ids of the agents that the client has lines ready for
    std::string agent_key;
    std::vector<std::string> remarks;  ///< what the user is told of the request itself
    std::string call;        ///< a question about the Dockerfile, instead of a build: "check", "outline"
    bool call_json = false;  ///< the answer is for a program
    std::string remote;      ///< where the context comes from, instead of the request
};

/// The network of commands whose build names none; without one (`dhowd --bridge none`) they have no network.
std::optional<engine::Network> default_bridge(const engine::Networks& networks);

/// @throws InvalidArgument; NotImplemented for what dhow cannot do, since nothing is accepted and ignored
Wanted read_request(const engine::Networks& networks, const http::Request& request);

}  // namespace dhow::api::build
