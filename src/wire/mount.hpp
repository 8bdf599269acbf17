#pragma once
// HostConfig.Mounts (what was asked for) and MountPoint (what a container has).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace dhow::wire {

struct BindOptions {
    std::string propagation;
    bool non_recursive = false;
    bool create_mountpoint = false;
    bool read_only_non_recursive = false;
    bool read_only_force_recursive = false;
};

/// A volume's driver; in VolumeOptions.
struct MountDriver {
    std::string name;
    std::map<std::string, std::string> options;
};

struct VolumeOptions {
    bool no_copy = false;
    std::map<std::string, std::string> labels;
    std::string subpath;
    std::optional<MountDriver> driver_config;
};

struct ImageOptions {
    std::string subpath;
};

struct TmpfsOptions {
    std::int64_t size_bytes = 0;
    std::uint32_t mode = 0;
    std::vector<std::vector<std::string>> options;  ///< each one word, or a key and its value
};

struct Mount {
    std::string type;  ///< bind, volume, tmpfs, image, npipe, cluster
    std::string source;
    std::string target;
    bool read_only = false;
    std::string consistency;
    std::optional<BindOptions> bind_options;
    std::optional<VolumeOptions> volume_options;
    std::optional<ImageOptions> image_options;
    std::optional<TmpfsOptions> tmpfs_options;
};

struct MountPoint {
    std::string type;
    std::string name;  ///< of a volume
    std::string source;
    std::string destination;
    std::string driver;
    std::string mode;
    bool rw = false;
    std::string propagation;
};

}  // namespace dhow::wire

namespace dhow::json {

template <>
struct Members<wire::BindOptions> {
    static constexpr auto list = std::tuple{
        member("Propagation", &wire::BindOptions::propagation, omit_empty),
        member("NonRecursive", &wire::BindOptions::non_recursive, omit_empty),
        member("CreateMountpoint", &wire::BindOptions::create_mountpoint, omit_empty),
        member("ReadOnlyNonRecursive", &wire::BindOptions::read_only_non_recursive, omit_empty),
        member("ReadOnlyForceRecursive", &wire::BindOptions::read_only_force_recursive, omit_empty),
    };
};

template <>
struct Members<wire::MountDriver> {
    static constexpr auto list = std::tuple{
        member("Name", &wire::MountDriver::name, omit_empty),
        member("Options", &wire::MountDriver::options, omit_empty),
    };
};

template <>
struct Members<wire::VolumeOptions> {
    static constexpr auto list = std::tuple{
        member("NoCopy", &wire::VolumeOptions::no_copy, omit_empty),
        member("Labels", &wire::VolumeOptions::labels, omit_empty),
        member("Subpath", &wire::VolumeOptions::subpath, omit_empty),
        member("DriverConfig", &wire::VolumeOptions::driver_config, omit_empty),
    };
};

template <>
struct Members<wire::ImageOptions> {
    static constexpr auto list = std::tuple{member("Subpath", &wire::ImageOptions::subpath, omit_empty)};
};

template <>
struct Members<wire::TmpfsOptions> {
    static constexpr auto list = std::tuple{
        member("SizeBytes", &wire::TmpfsOptions::size_bytes, omit_empty),
        member("Mode", &wire::TmpfsOptions::mode, omit_empty),
        member("Options", &wire::TmpfsOptions::options, omit_empty),
    };
};

template <>
struct Members<wire::Mount> {
    static constexpr auto list = std::tuple{
        member("Type", &wire::Mount::type, omit_empty),
        member("Source", &wire::Mount::source, omit_empty),
        member("Target", &wire::Mount::target, omit_empty),
        member("ReadOnly", &wire::Mount::read_only, omit_empty),
        member("Consistency", &wire::Mount::consistency, omit_empty),
        member("BindOptions", &wire::Mount::bind_options, omit_empty),
        member("VolumeOptions", &wire::Mount::volume_options, omit_empty),
        member("ImageOptions", &wire::Mount::image_options, omit_empty),
        member("TmpfsOptions", &wire::Mount::tmpfs_options, omit_empty),
    };
};

template <>
struct Members<wire::MountPoint> {
    static constexpr auto list = std::tuple{
        member("Type", &wire::MountPoint::type, omit_empty),
        member("Name", &wire::MountPoint::name, omit_empty),
        member("Source", &wire::MountPoint::source),
        member("Destination", &wire::MountPoint::destination),
        member("Driver", &wire::MountPoint::driver, omit_empty),
        member("Mode", &wire::MountPoint::mode),
        member("RW", &wire::MountPoint::rw),
        member("Propagation", &wire::MountPoint::propagation),
    };
};

}  // namespace dhow::json
