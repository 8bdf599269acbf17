#pragma once
// The JSON of engine/model/container.hpp, apart from it because it is slow to compile and few files need it.

#include "base/json.hpp"
#include "engine/model/container.hpp"
#include "engine/model/container_config_json.hpp"
#include "engine/model/container_state_json.hpp"
#include "engine/model/host_config_json.hpp"
#include "engine/model/network_config_json.hpp"
#include "network/model_json.hpp"

template <>
struct dhow::json::Members<dhow::engine::MountPoint> {
    using T = engine::MountPoint;
    static constexpr auto list = std::tuple{
        member("Type", &T::type),
        member("Name", &T::name, omit_empty),
        member("Source", &T::source),
        member("Destination", &T::destination),
        member("Driver", &T::driver, omit_empty),
        member("Mode", &T::mode),
        member("RW", &T::read_write),
        member("Propagation", &T::propagation),
        member("NonRecursive", &T::non_recursive, omit_empty),
        member("ReadOnlyNonRecursive", &T::read_only_non_recursive, omit_empty),
        member("ReadOnlyForceRecursive", &T::read_only_force_recursive, omit_empty),
        member("NoCopy", &T::no_copy, omit_empty),
        member("Anonymous", &T::anonymous, omit_empty),
        member("Subpath", &T::subpath, omit_empty),
        member("TmpfsOptions", &T::tmpfs_options, omit_empty),
    };
};

template <>
struct dhow::json::Members<dhow::engine::Container> {
    using T = engine::Container;
    static constexpr auto list = std::tuple{
        member("Version", &T::version),
        member("Id", &T::id),
        member("Name", &T::name),
        member("Created", &T::created),
        member("ImageId", &T::image_id),
        member("Path", &T::path),
        member("Args", &T::args),
        member("Config", &T::config),
        member("HostConfig", &T::host_config),
        member("Mounts", &T::mounts),
        member("Networks", &T::networks),
        member("Endpoints", &T::endpoints, omit_empty),
        member("Published", &T::published, omit_empty),
        member("SandboxId", &T::sandbox_id, omit_empty),
        member("State", &T::state),
        member("RestartCount", &T::restart_count),
        member("LogPath", &T::log_path),
        member("HostnamePath", &T::hostname_path),
        member("HostsPath", &T::hosts_path),
        member("ResolvConfPath", &T::resolv_conf_path),
        member("SandboxKey", &T::sandbox_key),
        member("SeccompProfile", &T::seccomp_profile),
    };
};
