#pragma once
// A named directory that outlives containers. Source: Engine API 1.51, Volume.

#include <map>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "base/json_time.hpp"

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

template <>
struct dhow::json::Members<dhow::engine::Volume> {
    using T = engine::Volume;
    static constexpr auto list = std::tuple{
        member("Version", &T::version),      member("Name", &T::name),
        member("Driver", &T::driver),        member("Mountpoint", &T::mountpoint),
        member("CreatedAt", &T::created_at), member("Labels", &T::labels),
        member("Options", &T::options),
    };
};
