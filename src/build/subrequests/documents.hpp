#pragma once
// What of subrequests is nothing but a document. Source: moby/buildkit, frontend/subrequests.

#include <optional>
#include <string>
#include <vector>

#include "build/dockerfile/error.hpp"

namespace dhow::build {

/// A file that places are in.
struct SourceInfo {
    std::string filename;
    std::string data;  ///< base64
    std::string language = "Dockerfile";
};

struct WarningDocument {
    std::string rule, description, url, detail;
    dockerfile::Lines lines;
};

/// What would fail the build.
struct MistakeDocument {
    std::string message;
    dockerfile::Lines lines;
};

struct CheckDocument {
    std::vector<WarningDocument> warnings;
    std::vector<SourceInfo> sources;
    std::optional<MistakeDocument> error;
};

struct NamedPart {
    std::string name, description;
};

/// A request that can be made.
struct SubrequestDocument {
    std::string name;
    std::string version = "1.0.0";
    std::string type = "rpc";
    std::string description;
    std::vector<NamedPart> options, inputs, metadata, refs;
};

}  // namespace dhow::build
