#pragma once
// Content types of a process's streams.

#include <string>

#include "wire/versions.hpp"

namespace dhow::api {

/// Raw bytes for a terminal; else docker's frames, which have had a name of their own since 1.42.
inline std::string stream_type(bool terminal, wire::ApiVersion version) {
    return !terminal && wire::names_multiplexed_streams(version) ? "application/vnd.docker.multiplexed-stream"
                                                                 : "application/vnd.docker.raw-stream";
}

}  // namespace dhow::api
