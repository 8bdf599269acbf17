#pragma once
// /volumes

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace dhow::wire {

struct VolumeUsage {
    std::int64_t ref_count = -1;
    std::int64_t size = -1;  ///< bytes
};

struct Volume {
    std::string created_at;
    std::string driver;
    std::map<std::string, std::string> labels;
    std::string mountpoint;
    std::string name;
    std::map<std::string, std::string> options;
    std::string scope;
    std::optional<VolumeUsage> usage_data;  ///< in /system/df alone
};

struct VolumeList {
    std::vector<Volume> volumes;
    std::vector<std::string> warnings;
};

struct VolumeCreate {
    std::string driver;
    std::map<std::string, std::string> driver_opts;
    std::map<std::string, std::string> labels;
    std::string name;
    std::optional<json::Value> cluster_volume_spec;
};

struct VolumesPruned {
    std::vector<std::string> volumes_deleted;
    std::uint64_t space_reclaimed = 0;
};

}  // namespace dhow::wire

namespace dhow::json {

template <>
struct Members<wire::VolumeUsage> {
    static constexpr auto list = std::tuple{member("RefCount", &wire::VolumeUsage::ref_count),
                                            member("Size", &wire::VolumeUsage::size)};
};

template <>
struct Members<wire::Volume> {
    static constexpr auto list = std::tuple{
        member("CreatedAt", &wire::Volume::created_at, omit_empty),
        member("Driver", &wire::Volume::driver),
        member("Labels", &wire::Volume::labels, null_empty),
        member("Mountpoint", &wire::Volume::mountpoint),
        member("Name", &wire::Volume::name),
        member("Options", &wire::Volume::options, null_empty),
        member("Scope", &wire::Volume::scope),
        member("UsageData", &wire::Volume::usage_data, omit_empty),
    };
};

template <>
struct Members<wire::VolumeList> {
    static constexpr auto list = std::tuple{member("Volumes", &wire::VolumeList::volumes),
                                            member("Warnings", &wire::VolumeList::warnings, null_empty)};
};

template <>
struct Members<wire::VolumeCreate> {
    static constexpr auto list = std::tuple{
        member("Driver", &wire::VolumeCreate::driver, omit_empty),
        member("DriverOpts", &wire::VolumeCreate::driver_opts, omit_empty),
        member("Labels", &wire::VolumeCreate::labels, omit_empty),
        member("Name", &wire::VolumeCreate::name, omit_empty),
        member("ClusterVolumeSpec", &wire::VolumeCreate::cluster_volume_spec, omit_empty),
    };
};

template <>
struct Members<wire::VolumesPruned> {
    static constexpr auto list = std::tuple{
        member("VolumesDeleted", &wire::VolumesPruned::volumes_deleted, null_empty),
        member("SpaceReclaimed", &wire::VolumesPruned::space_reclaimed),
    };
};

}  // namespace dhow::json
