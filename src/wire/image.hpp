#pragma once
// GET /images/json, /images/{name}/json, /images/{name}/history; DELETE /images/{name}; POST /images/prune

#include "wire/container_config.hpp"
#include "wire/container_inspect.hpp"

namespace dhow::wire {

struct ImageSummary {
    std::int64_t containers = 0;  ///< how many use it
    std::int64_t created = 0;     ///< seconds since the epoch
    std::string id;
    std::map<std::string, std::string> labels;
    std::string parent_id;
    std::vector<std::string> repo_digests;
    std::vector<std::string> repo_tags;
    std::int64_t shared_size = -1;  ///< bytes; -1: not computed
    std::int64_t size = 0;
};

/// The part of a container's config that an image carries.
struct ImageConfig {
    std::string user;
    KeySet exposed_ports;
    std::vector<std::string> env;
    Words entrypoint;
    Words cmd;
    KeySet volumes;
    std::string working_dir;
    std::map<std::string, std::string> labels;
    std::string stop_signal;
    bool args_escaped = false;
    std::optional<HealthConfig> healthcheck;
    std::vector<std::string> on_build;
    Words shell;
};

struct RootFs {
    std::string type;
    std::vector<std::string> layers;
};

struct ImageMetadata {
    std::string last_tag_time;
};

struct ImageInspect {
    std::string id;
    std::vector<std::string> repo_tags;
    std::vector<std::string> repo_digests;
    std::string parent;
    std::string comment;
    std::string created;
    std::string docker_version;
    std::string author;
    ImageConfig config;
    std::string architecture;
    std::string variant;
    std::string os;
    std::string os_version;
    std::int64_t size = 0;
    DriverData graph_driver;
    RootFs root_fs;
    ImageMetadata metadata;
};

struct ImageHistoryItem {
    std::string comment;
    std::int64_t created = 0;
    std::string created_by;
    std::string id;  ///< "<missing>" for what has no image of its own
    std::int64_t size = 0;
    std::vector<std::string> tags;
};

/// One step of a deletion: exactly one member is set.
struct ImageDeleted {
    std::string deleted;
    std::string untagged;
};

struct ImagesPruned {
    std::vector<ImageDeleted> images_deleted;
    std::uint64_t space_reclaimed = 0;
};

}  // namespace dhow::wire

namespace dhow::json {

template <>
struct Members<wire::ImageSummary> {
    static constexpr auto list = std::tuple{
        member("Containers", &wire::ImageSummary::containers),
        member("Created", &wire::ImageSummary::created),
        member("Id", &wire::ImageSummary::id),
        member("Labels", &wire::ImageSummary::labels, null_empty),
        member("ParentId", &wire::ImageSummary::parent_id),
        member("RepoDigests", &wire::ImageSummary::repo_digests),
        member("RepoTags", &wire::ImageSummary::repo_tags),
        member("SharedSize", &wire::ImageSummary::shared_size),
        member("Size", &wire::ImageSummary::size),
    };
};

template <>
struct Members<wire::ImageConfig> {
    static constexpr auto list = std::tuple{
        member("User", &wire::ImageConfig::user, omit_empty),
        member("ExposedPorts", &wire::ImageConfig::exposed_ports, omit_empty),
        member("Env", &wire::ImageConfig::env, omit_empty),
        member("Entrypoint", &wire::ImageConfig::entrypoint, omit_empty),
        member("Cmd", &wire::ImageConfig::cmd, omit_empty),
        member("Volumes", &wire::ImageConfig::volumes, omit_empty),
        member("WorkingDir", &wire::ImageConfig::working_dir, omit_empty),
        member("Labels", &wire::ImageConfig::labels, omit_empty),
        member("StopSignal", &wire::ImageConfig::stop_signal, omit_empty),
        member("ArgsEscaped", &wire::ImageConfig::args_escaped, omit_empty),
        member("Healthcheck", &wire::ImageConfig::healthcheck, omit_empty),
        member("OnBuild", &wire::ImageConfig::on_build, omit_empty),
        member("Shell", &wire::ImageConfig::shell, omit_empty),
    };
};

template <>
struct Members<wire::RootFs> {
    static constexpr auto list = std::tuple{member("Type", &wire::RootFs::type, omit_empty),
                                            member("Layers", &wire::RootFs::layers, omit_empty)};
};

template <>
struct Members<wire::ImageMetadata> {
    static constexpr auto list = std::tuple{member("LastTagTime", &wire::ImageMetadata::last_tag_time)};
};

template <>
struct Members<wire::ImageInspect> {
    static constexpr auto list = std::tuple{
        member("Id", &wire::ImageInspect::id),
        member("RepoTags", &wire::ImageInspect::repo_tags),
        member("RepoDigests", &wire::ImageInspect::repo_digests),
        member("Parent", &wire::ImageInspect::parent),
        member("Comment", &wire::ImageInspect::comment),
        member("Created", &wire::ImageInspect::created, omit_empty),
        member("DockerVersion", &wire::ImageInspect::docker_version),
        member("Author", &wire::ImageInspect::author),
        member("Config", &wire::ImageInspect::config),
        member("Architecture", &wire::ImageInspect::architecture),
        member("Variant", &wire::ImageInspect::variant, omit_empty),
        member("Os", &wire::ImageInspect::os),
        member("OsVersion", &wire::ImageInspect::os_version, omit_empty),
        member("Size", &wire::ImageInspect::size),
        member("GraphDriver", &wire::ImageInspect::graph_driver),
        member("RootFS", &wire::ImageInspect::root_fs),
        member("Metadata", &wire::ImageInspect::metadata),
    };
};

template <>
struct Members<wire::ImageHistoryItem> {
    static constexpr auto list = std::tuple{
        member("Comment", &wire::ImageHistoryItem::comment),
        member("Created", &wire::ImageHistoryItem::created),
        member("CreatedBy", &wire::ImageHistoryItem::created_by),
        member("Id", &wire::ImageHistoryItem::id),
        member("Size", &wire::ImageHistoryItem::size),
        member("Tags", &wire::ImageHistoryItem::tags, null_empty),
    };
};

template <>
struct Members<wire::ImageDeleted> {
    static constexpr auto list = std::tuple{member("Deleted", &wire::ImageDeleted::deleted, omit_empty),
                                            member("Untagged", &wire::ImageDeleted::untagged, omit_empty)};
};

template <>
struct Members<wire::ImagesPruned> {
    static constexpr auto list = std::tuple{
        member("ImagesDeleted", &wire::ImagesPruned::images_deleted, null_empty),
        member("SpaceReclaimed", &wire::ImagesPruned::space_reclaimed),
    };
};

}  // namespace dhow::json
