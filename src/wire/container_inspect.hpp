#pragma once
// GET /containers/{id}/json

#include "wire/container_config.hpp"
#include "wire/endpoint.hpp"
#include "wire/host_config.hpp"

namespace dhow::wire {

struct HealthcheckResult {
    std::string start;
    std::string end;
    std::int64_t exit_code = 0;
    std::string output;
};

struct Health {
    std::string status;  ///< starting, healthy, unhealthy
    std::int64_t failing_streak = 0;
    std::vector<HealthcheckResult> log;  ///< oldest first
};

struct ContainerState {
    std::string status;  ///< created, running, paused, restarting, removing, exited, dead
    bool running = false;
    bool paused = false;
    bool restarting = false;
    bool oom_killed = false;
    bool dead = false;
    std::int64_t pid = 0;
    std::int64_t exit_code = 0;
    std::string error;
    std::string started_at;   ///< "0001-01-01T00:00:00Z" before the first start
    std::string finished_at;  ///< likewise before the first exit
    std::optional<Health> health;
};

/// Where a storage driver keeps an image or a container.
struct DriverData {
    std::map<std::string, std::string> data;
    std::string name;
};

struct ContainerInspect {
    std::string id;
    std::string created;
    std::string path;
    std::vector<std::string> args;
    ContainerState state;
    std::string image;  ///< the image's id
    std::string resolv_conf_path;
    std::string hostname_path;
    std::string hosts_path;
    std::string log_path;
    std::string name;  ///< with a slash in front
    std::int64_t restart_count = 0;
    std::string driver;
    std::string platform;
    std::string mount_label;
    std::string process_label;
    std::string app_armor_profile;
    std::vector<std::string> exec_ids;
    HostConfig host_config;
    DriverData graph_driver;
    std::optional<std::int64_t> size_rw;
    std::optional<std::int64_t> size_root_fs;
    std::vector<MountPoint> mounts;
    ContainerConfig config;
    NetworkSettings network_settings;
};

}  // namespace dhow::wire

namespace dhow::json {

template <>
struct Members<wire::HealthcheckResult> {
    static constexpr auto list = std::tuple{
        member("Start", &wire::HealthcheckResult::start),
        member("End", &wire::HealthcheckResult::end),
        member("ExitCode", &wire::HealthcheckResult::exit_code),
        member("Output", &wire::HealthcheckResult::output),
    };
};

template <>
struct Members<wire::Health> {
    static constexpr auto list = std::tuple{
        member("Status", &wire::Health::status),
        member("FailingStreak", &wire::Health::failing_streak),
        member("Log", &wire::Health::log),
    };
};

template <>
struct Members<wire::ContainerState> {
    static constexpr auto list = std::tuple{
        member("Status", &wire::ContainerState::status),
        member("Running", &wire::ContainerState::running),
        member("Paused", &wire::ContainerState::paused),
        member("Restarting", &wire::ContainerState::restarting),
        member("OOMKilled", &wire::ContainerState::oom_killed),
        member("Dead", &wire::ContainerState::dead),
        member("Pid", &wire::ContainerState::pid),
        member("ExitCode", &wire::ContainerState::exit_code),
        member("Error", &wire::ContainerState::error),
        member("StartedAt", &wire::ContainerState::started_at),
        member("FinishedAt", &wire::ContainerState::finished_at),
        member("Health", &wire::ContainerState::health, omit_empty),
    };
};

template <>
struct Members<wire::DriverData> {
    static constexpr auto list = std::tuple{member("Data", &wire::DriverData::data, null_empty),
                                            member("Name", &wire::DriverData::name)};
};

template <>
struct Members<wire::ContainerInspect> {
    static constexpr auto list = std::tuple{
        member("Id", &wire::ContainerInspect::id),
        member("Created", &wire::ContainerInspect::created),
        member("Path", &wire::ContainerInspect::path),
        member("Args", &wire::ContainerInspect::args),
        member("State", &wire::ContainerInspect::state),
        member("Image", &wire::ContainerInspect::image),
        member("ResolvConfPath", &wire::ContainerInspect::resolv_conf_path),
        member("HostnamePath", &wire::ContainerInspect::hostname_path),
        member("HostsPath", &wire::ContainerInspect::hosts_path),
        member("LogPath", &wire::ContainerInspect::log_path),
        member("Name", &wire::ContainerInspect::name),
        member("RestartCount", &wire::ContainerInspect::restart_count),
        member("Driver", &wire::ContainerInspect::driver),
        member("Platform", &wire::ContainerInspect::platform),
        member("MountLabel", &wire::ContainerInspect::mount_label),
        member("ProcessLabel", &wire::ContainerInspect::process_label),
        member("AppArmorProfile", &wire::ContainerInspect::app_armor_profile),
        member("ExecIDs", &wire::ContainerInspect::exec_ids, null_empty),
        member("HostConfig", &wire::ContainerInspect::host_config),
        member("GraphDriver", &wire::ContainerInspect::graph_driver),
        member("SizeRw", &wire::ContainerInspect::size_rw, omit_empty),
        member("SizeRootFs", &wire::ContainerInspect::size_root_fs, omit_empty),
        member("Mounts", &wire::ContainerInspect::mounts),
        member("Config", &wire::ContainerInspect::config),
        member("NetworkSettings", &wire::ContainerInspect::network_settings),
    };
};

}  // namespace dhow::json
