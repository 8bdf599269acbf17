#include "engine/containers/mounts.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/error.hpp"
#include "base/random.hpp"
#include "engine/core.hpp"

namespace dhow::engine {

namespace {

std::string clean(const std::string& path) {
    auto result = std::filesystem::path(path).lexically_normal().string();
    while (result.size() > 1 && result.back() == '/') result.pop_back();
    return result;
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    while (true) {
        auto end = text.find(separator, begin);
        parts.push_back(text.substr(begin, end - begin));
        if (end == std::string::npos) return parts;
        begin = end + 1;
    }
}

/// The options after a bind's destination.
void apply_mode(MountPoint& mount, const std::string& text) {
    static const std::set<std::string> propagations{"private", "rprivate", "shared",
                                                    "rshared", "slave",    "rslave"};
    std::set<std::string> kinds;
    for (const auto& word : split(text, ',')) {
        std::string kind;
        if (word == "ro" || word == "rw") {
            kind = "access";
            mount.read_write = word == "rw";
        } else if (word == "z" || word == "Z") {
            kind = "label";
        } else if (propagations.contains(word) && mount.type == "bind") {
            kind = "propagation";
            mount.propagation = word;
        } else if (word == "nocopy" && mount.type == "volume") {
            kind = "copy";
            mount.no_copy = true;
        } else if (word == "consistent" || word == "cached" || word == "delegated") {
            kind = "consistency";
        } else if (!(word == "rro" && mount.type == "bind")) {
            throw InvalidArgument("invalid mode: {}", text);
        } else {
            kind = "access";
            mount.read_write = false;
            mount.read_only_force_recursive = true;
        }
        if (!kinds.insert(kind).second) throw InvalidArgument("invalid mode: {}", text);
    }
}

std::string anonymous_name() { return random_hex(32); }

}  // namespace

MountPoint parse_bind(const std::string& text) {
    auto parts = split(text, ':');
    if (parts.size() > 3 || parts[0].empty() || (parts.size() > 1 && parts[1].empty()))
        throw InvalidArgument("invalid volume specification: '{}'", text);
    MountPoint mount;
    mount.type = parts.size() > 1 && parts[0][0] == '/' ? "bind" : "volume";
    const auto& destination = parts.size() > 1 ? parts[1] : parts[0];
    if (destination[0] != '/')
        throw InvalidArgument(
            "invalid volume specification: '{}': invalid mount config for type \"{}\": invalid "
            "mount path: '{}' mount path must be absolute",
            text, mount.type, destination);
    mount.destination = clean(destination);
    if (mount.destination == "/")
        throw InvalidArgument(
            "invalid volume specification: '{}': invalid mount config for type \"{}\": invalid "
            "specification: destination can't be '/'",
            text, mount.type);
    if (mount.type == "bind") {
        mount.source = clean(parts[0]);
        mount.propagation = "rprivate";
    } else {
        mount.driver = "local";
        mount.name = parts.size() > 1 ? parts[0] : anonymous_name();
        mount.anonymous = parts.size() == 1;
    }
    if (parts.size() == 3) {
        mount.mode = parts[2];
        apply_mode(mount, parts[2]);
    }
    return mount;
}

MountPoint from_mount(const Mount& source) {
    MountPoint mount;
    mount.type = source.type;
    mount.destination = clean(source.target);
    mount.read_write = !source.read_only;
    if (source.type == "bind") {
        mount.source = clean(source.source);
        mount.propagation = "rprivate";
        if (const auto& options = source.bind_options) {
            if (!options->propagation.empty()) mount.propagation = options->propagation;
            mount.non_recursive = options->non_recursive;
            mount.read_only_non_recursive = options->read_only_non_recursive;
            mount.read_only_force_recursive = options->read_only_force_recursive;
        }
    } else if (source.type == "volume") {
        mount.driver = "local";
        mount.anonymous = source.source.empty();
        mount.name = mount.anonymous ? anonymous_name() : source.source;
        mount.mode = "z";
        if (const auto& options = source.volume_options) {
            mount.no_copy = options->no_copy;
            mount.subpath = options->subpath;
        }
    } else if (const auto& options = source.tmpfs_options) {
        if (options->size_bytes > 0)
            mount.tmpfs_options.push_back(fmt::format("size={}", options->size_bytes));
        if (options->mode != 0) mount.tmpfs_options.push_back(fmt::format("mode={:o}", options->mode));
        for (const auto& option : options->options)
            mount.tmpfs_options.push_back(option.size() == 2 ? option[0] + "=" + option[1] : option[0]);
    }
    return mount;
}

MountPoint from_tmpfs(const std::string& destination, const std::string& options) {
    MountPoint mount;
    mount.type = "tmpfs";
    mount.destination = clean(destination);
    if (!options.empty()) mount.tmpfs_options = split(options, ',');
    mount.mode = options;
    mount.read_write = std::ranges::find(mount.tmpfs_options, "ro") == mount.tmpfs_options.end();
    return mount;
}

std::vector<MountPoint> plan_mounts(const ContainerConfig& config, const HostConfig& host_config,
                                    const std::vector<MountPoint>& volumes_from) {
    std::vector<MountPoint> own;
    auto add = [&](MountPoint mount) {
        auto same = [&](const MountPoint& other) { return other.destination == mount.destination; };
        if (std::ranges::any_of(own, same))
            throw InvalidArgument("Duplicate mount point: {}", mount.destination);
        own.push_back(std::move(mount));
    };
    for (const auto& bind : host_config.binds) add(parse_bind(bind));
    for (const auto& mount : host_config.mounts) add(from_mount(mount));
    for (const auto& [destination, options] : host_config.tmpfs) add(from_tmpfs(destination, options));

    std::map<std::string, MountPoint> all;
    for (const auto& mount : volumes_from) all[mount.destination] = mount;
    for (const auto& mount : own) all[mount.destination] = mount;
    for (const auto& volume : config.volumes.names) {
        auto destination = clean(volume);
        if (all.contains(destination)) continue;
        MountPoint mount;
        mount.type = "volume";
        mount.driver = "local";
        mount.name = anonymous_name();
        mount.anonymous = true;
        mount.destination = destination;
        all.emplace(destination, std::move(mount));
    }
    std::vector<MountPoint> result;
    for (auto& [destination, mount] : all) result.push_back(std::move(mount));
    return result;
}

std::vector<MountPoint> mounts_from(Core& core, const std::vector<std::string>& volumes_from) {
    std::vector<MountPoint> result;
    for (const auto& text : volumes_from) {
        auto parts = split(text, ':');
        if (parts.size() > 2 || parts[0].empty())
            throw InvalidArgument("invalid volumes-from specification: {}", text);
        const auto& mode = parts.size() == 2 ? parts[1] : "";
        if (!mode.empty() && mode != "ro" && mode != "rw" && mode != "z" && mode != "Z")
            throw InvalidArgument("invalid mode: {}", mode);
        for (auto mount : core.registry.get(parts[0])->record.mounts) {
            if (mount.type == "tmpfs") continue;
            if (mode == "ro") mount.read_write = false;
            mount.no_copy = true;
            mount.anonymous = false;
            result.push_back(std::move(mount));
        }
    }
    return result;
}

Task<std::vector<std::string>> realize_mounts(Core& core, Container& record) {
    std::vector<std::string> made;
    for (auto& mount : record.mounts) {
        if (mount.type == "volume") {
            VolumeCreateRequest request;
            request.name = mount.name;
            request.anonymous = mount.anonymous;
            for (const auto& given : record.host_config.mounts)
                if (given.type == "volume" && clean(given.target) == mount.destination &&
                    given.volume_options) {
                    request.labels = given.volume_options->labels;
                    if (given.volume_options->driver_config)
                        request.options = given.volume_options->driver_config->options;
                }
            bool exists = core.volumes.exists(mount.name);
            auto volume = co_await core.volumes.create(std::move(request));
            if (!exists) made.push_back(volume.name);
            mount.source = volume.mountpoint;
        } else if (mount.type == "bind") {
            bool as_mount = std::ranges::any_of(record.host_config.mounts, [&](const Mount& given) {
                bool creates = given.bind_options && given.bind_options->create_mountpoint;
                return given.type == "bind" && clean(given.target) == mount.destination && !creates;
            });
            auto prepare = [source = mount.source, as_mount] {
                std::error_code absent;
                if (std::filesystem::exists(source, absent)) return;
                if (as_mount)
                    throw InvalidArgument(
                        "invalid mount config for type \"bind\": bind source path does not exist: {}",
                        source);
                std::filesystem::create_directories(source);
            };
            co_await core.pool.run(prepare);
        }
    }
    co_return made;
}

}  // namespace dhow::engine
