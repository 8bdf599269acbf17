#pragma once
// A named directory that outlives containers. Source: Engine API 1.51, Volume.

#include <map>
#include <optional>
#include <string>

#include "base/units.hpp"

namespace dhow::engine {

struct Volume {
    int version = 1;  ///< of this document
    std::string name;
    std::string driver = "local";
    std::string mountpoint;  ///< host path
    Timestamp created_at;
    std::map<std::string, std::string> labels;
    std::map<std::string, std::string> options;  ///< of the local driver: type, device, o
};

struct VolumeUsage {
    std::int64_t size = -1;       ///< bytes; -1 when it was not counted
    std::int64_t ref_count = -1;  ///< containers that use it
};

}  // namespace dhow::engine
