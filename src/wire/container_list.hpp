#pragma once
// GET /containers/json, and the small answers of the other container routes.

#include "wire/endpoint.hpp"
#include "wire/mount.hpp"

namespace dhow::wire {

/// One published or exposed port of a list.
struct PortSummary {
    std::string ip;
    std::uint16_t private_port = 0;
    std::uint16_t public_port = 0;
    std::string type;
};

struct HostConfigSummary {
    std::string network_mode;
    std::map<std::string, std::string> annotations;
};

struct ContainerSummary {
    std::string id;
    std::vector<std::string> names;  ///< each with a slash in front
    std::string image;
    std::string image_id;
    std::string command;
    std::int64_t created = 0;  ///< seconds since the epoch
    std::vector<PortSummary> ports;
    std::int64_t size_rw = 0;
    std::int64_t size_root_fs = 0;
    std::map<std::string, std::string> labels;
    std::string state;
    std::string status;  ///< "Up 3 minutes", "Exited (0) 2 hours ago"
    HostConfigSummary host_config;
    NetworkSettingsSummary network_settings;
    std::vector<MountPoint> mounts;
};

struct ContainerTop {
    std::vector<std::vector<std::string>> processes;
    std::vector<std::string> titles;
};

struct WaitExitError {
    std::string message;
};

struct ContainerWait {
    std::optional<WaitExitError> error;
    std::int64_t status_code = 0;
};

/// One line of `docker diff`. Kind: 0 modified, 1 added, 2 deleted.
struct FilesystemChange {
    int kind = 0;
    std::string path;
};

struct ContainersPruned {
    std::vector<std::string> containers_deleted;
    std::uint64_t space_reclaimed = 0;
};

}  // namespace dhow::wire

namespace dhow::json {

template <>
struct Members<wire::PortSummary> {
    static constexpr auto list = std::tuple{
        member("IP", &wire::PortSummary::ip, omit_empty),
        member("PrivatePort", &wire::PortSummary::private_port),
        member("PublicPort", &wire::PortSummary::public_port, omit_empty),
        member("Type", &wire::PortSummary::type),
    };
};

template <>
struct Members<wire::HostConfigSummary> {
    static constexpr auto list = std::tuple{
        member("NetworkMode", &wire::HostConfigSummary::network_mode, omit_empty),
        member("Annotations", &wire::HostConfigSummary::annotations, omit_empty),
    };
};

template <>
struct Members<wire::ContainerSummary> {
    static constexpr auto list = std::tuple{
        member("Id", &wire::ContainerSummary::id),
        member("Names", &wire::ContainerSummary::names),
        member("Image", &wire::ContainerSummary::image),
        member("ImageID", &wire::ContainerSummary::image_id),
        member("Command", &wire::ContainerSummary::command),
        member("Created", &wire::ContainerSummary::created),
        member("Ports", &wire::ContainerSummary::ports),
        member("SizeRw", &wire::ContainerSummary::size_rw, omit_empty),
        member("SizeRootFs", &wire::ContainerSummary::size_root_fs, omit_empty),
        member("Labels", &wire::ContainerSummary::labels),
        member("State", &wire::ContainerSummary::state),
        member("Status", &wire::ContainerSummary::status),
        member("HostConfig", &wire::ContainerSummary::host_config),
        member("NetworkSettings", &wire::ContainerSummary::network_settings),
        member("Mounts", &wire::ContainerSummary::mounts),
    };
};

template <>
struct Members<wire::ContainerTop> {
    static constexpr auto list = std::tuple{member("Processes", &wire::ContainerTop::processes, null_empty),
                                            member("Titles", &wire::ContainerTop::titles)};
};

template <>
struct Members<wire::WaitExitError> {
    static constexpr auto list = std::tuple{member("Message", &wire::WaitExitError::message, omit_empty)};
};

template <>
struct Members<wire::ContainerWait> {
    static constexpr auto list = std::tuple{member("Error", &wire::ContainerWait::error, omit_empty),
                                            member("StatusCode", &wire::ContainerWait::status_code)};
};

template <>
struct Members<wire::FilesystemChange> {
    static constexpr auto list = std::tuple{member("Kind", &wire::FilesystemChange::kind),
                                            member("Path", &wire::FilesystemChange::path)};
};

template <>
struct Members<wire::ContainersPruned> {
    static constexpr auto list =
        std::tuple{member("ContainersDeleted", &wire::ContainersPruned::containers_deleted, null_empty),
                   member("SpaceReclaimed", &wire::ContainersPruned::space_reclaimed)};
};

}  // namespace dhow::json
