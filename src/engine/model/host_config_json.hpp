#pragma once
// The JSON of engine/model/host_config.hpp, apart from it because it is slow to compile and few files need
// it.

#include "base/json.hpp"
#include "engine/model/host_config.hpp"
#include "engine/model/resources_json.hpp"

template <>
struct dhow::json::Members<dhow::engine::LogConfig> {
    using T = engine::LogConfig;
    static constexpr auto list = std::tuple{member("Type", &T::type), member("Config", &T::config)};
};

template <>
struct dhow::json::Members<dhow::engine::PortBinding> {
    using T = engine::PortBinding;
    static constexpr auto list = std::tuple{member("HostIp", &T::host_ip), member("HostPort", &T::host_port)};
};

template <>
struct dhow::json::Members<dhow::engine::RestartPolicy> {
    using T = engine::RestartPolicy;
    static constexpr auto list =
        std::tuple{member("Name", &T::name), member("MaximumRetryCount", &T::maximum_retry_count)};
};

template <>
struct dhow::json::Members<dhow::engine::BindOptions> {
    using T = engine::BindOptions;
    static constexpr auto list = std::tuple{
        member("Propagation", &T::propagation, omit_empty),
        member("NonRecursive", &T::non_recursive, omit_empty),
        member("CreateMountpoint", &T::create_mountpoint, omit_empty),
        member("ReadOnlyNonRecursive", &T::read_only_non_recursive, omit_empty),
        member("ReadOnlyForceRecursive", &T::read_only_force_recursive, omit_empty),
    };
};

template <>
struct dhow::json::Members<dhow::engine::DriverConfig> {
    using T = engine::DriverConfig;
    static constexpr auto list =
        std::tuple{member("Name", &T::name, omit_empty), member("Options", &T::options, omit_empty)};
};

template <>
struct dhow::json::Members<dhow::engine::VolumeOptions> {
    using T = engine::VolumeOptions;
    static constexpr auto list = std::tuple{
        member("NoCopy", &T::no_copy, omit_empty),
        member("Labels", &T::labels, omit_empty),
        member("DriverConfig", &T::driver_config, omit_empty),
        member("Subpath", &T::subpath, omit_empty),
    };
};

template <>
struct dhow::json::Members<dhow::engine::ImageOptions> {
    using T = engine::ImageOptions;
    static constexpr auto list = std::tuple{member("Subpath", &T::subpath, omit_empty)};
};

template <>
struct dhow::json::Members<dhow::engine::TmpfsOptions> {
    using T = engine::TmpfsOptions;
    static constexpr auto list = std::tuple{
        member("SizeBytes", &T::size_bytes, omit_empty),
        member("Mode", &T::mode, omit_empty),
        member("Options", &T::options, omit_empty),
    };
};

template <>
struct dhow::json::Members<dhow::engine::Mount> {
    using T = engine::Mount;
    static constexpr auto list = std::tuple{
        member("Type", &T::type, omit_empty),
        member("Source", &T::source, omit_empty),
        member("Target", &T::target, omit_empty),
        member("ReadOnly", &T::read_only, omit_empty),
        member("Consistency", &T::consistency, omit_empty),
        member("BindOptions", &T::bind_options, omit_empty),
        member("VolumeOptions", &T::volume_options, omit_empty),
        member("ImageOptions", &T::image_options, omit_empty),
        member("TmpfsOptions", &T::tmpfs_options, omit_empty),
    };
};

template <>
struct dhow::json::Members<dhow::engine::HostConfig> {
    using T = engine::HostConfig;
    static constexpr auto list =
        std::tuple_cat(std::tuple{member("Binds", &T::binds, null_empty),
                                  member("ContainerIDFile", &T::container_id_file),
                                  member("LogConfig", &T::log_config),
                                  member("NetworkMode", &T::network_mode),
                                  member("PortBindings", &T::port_bindings),
                                  member("RestartPolicy", &T::restart_policy),
                                  member("AutoRemove", &T::auto_remove),
                                  member("VolumeDriver", &T::volume_driver),
                                  member("VolumesFrom", &T::volumes_from, null_empty),
                                  member("ConsoleSize", &T::console_size),
                                  member("Annotations", &T::annotations, omit_empty),
                                  member("CapAdd", &T::cap_add, null_empty),
                                  member("CapDrop", &T::cap_drop, null_empty),
                                  member("CgroupnsMode", &T::cgroupns_mode),
                                  member("Dns", &T::dns),
                                  member("DnsOptions", &T::dns_options),
                                  member("DnsSearch", &T::dns_search),
                                  member("ExtraHosts", &T::extra_hosts, null_empty),
                                  member("GroupAdd", &T::group_add, null_empty),
                                  member("IpcMode", &T::ipc_mode),
                                  member("Cgroup", &T::cgroup),
                                  member("Links", &T::links, null_empty),
                                  member("OomScoreAdj", &T::oom_score_adj),
                                  member("PidMode", &T::pid_mode),
                                  member("Privileged", &T::privileged),
                                  member("PublishAllPorts", &T::publish_all_ports),
                                  member("ReadonlyRootfs", &T::readonly_rootfs),
                                  member("SecurityOpt", &T::security_opt, null_empty),
                                  member("StorageOpt", &T::storage_opt, omit_empty),
                                  member("Tmpfs", &T::tmpfs, omit_empty),
                                  member("UTSMode", &T::uts_mode),
                                  member("UsernsMode", &T::userns_mode),
                                  member("ShmSize", &T::shm_size),
                                  member("Sysctls", &T::sysctls, omit_empty),
                                  member("Runtime", &T::runtime),
                                  member("Isolation", &T::isolation),
                                  member("Mounts", &T::mounts, omit_empty),
                                  member("MaskedPaths", &T::masked_paths),
                                  member("ReadonlyPaths", &T::readonly_paths),
                                  member("Init", &T::init, omit_empty)},
                       engine::resource_members<T>());
};
