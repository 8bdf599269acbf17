#pragma once
// GET /system/df

#include "wire/container_list.hpp"
#include "wire/image.hpp"
#include "wire/volume.hpp"

namespace dhow::wire {

/// What was not asked for by `type` is none, written as null.
struct DiskUsage {
    std::int64_t layers_size = 0;  ///< bytes; shared layers count once
    std::optional<std::vector<ImageSummary>> images;
    std::optional<std::vector<ContainerSummary>> containers;
    std::optional<std::vector<Volume>> volumes;
    std::optional<std::vector<json::Value>> build_cache;
};

}  // namespace dhow::wire

template <>
struct dhow::json::Members<dhow::wire::DiskUsage> {
    static constexpr auto list = std::tuple{
        member("LayersSize", &wire::DiskUsage::layers_size), member("Images", &wire::DiskUsage::images),
        member("Containers", &wire::DiskUsage::containers),  member("Volumes", &wire::DiskUsage::volumes),
        member("BuildCache", &wire::DiskUsage::build_cache),
    };
};
