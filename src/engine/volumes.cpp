#include "engine/volumes.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "engine/core.hpp"
#include "engine/model/volume_json.hpp"
#include "engine/volume_content.hpp"
#include "engine/volume_source.hpp"

namespace dhow::engine {

namespace {

constexpr const char* anonymous_label = "com.docker.volume.anonymous";

void check_name(const std::string& name) {
    auto is_word = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.' || c == '-'; };
    if (name.size() < 2)
        throw InvalidArgument(
            "create {}: volume name is too short, names should be at least two alphanumeric "
            "characters",
            name);
    if (!std::isalnum(static_cast<unsigned char>(name[0])) || !std::ranges::all_of(name, is_word))
        throw InvalidArgument(
            "create {}: \"{}\" includes invalid characters for a local volume name, only "
            "\"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, "
            "use absolute path",
            name, name);
    if (name.size() > 255) throw InvalidArgument("create {}: volume name is too long", name.substr(0, 32));
}

bool is_anonymous(const Volume& volume) { return volume.labels.contains(anonymous_label); }

}  // namespace

Task<void> Volumes::restore() {
    auto documents = co_await core_.pool.run([this] { return core_.store.volumes().all(); });
    for (const auto& document : documents) {
        auto volume = json::read<Volume>(document.document);
        volumes_.insert_or_assign(volume.name, std::move(volume));
    }
    auto tidy = [this] {
        auto folder = core_.options.data_root / "volumes";
        std::error_code absent;
        for (const auto& entry : std::filesystem::directory_iterator(folder, absent)) {
            if (!exists(entry.path().filename())) {
                core_.store.trash().take(entry.path());
                continue;
            }
            for (const auto& part : std::filesystem::directory_iterator(entry.path(), absent))
                if (part.path().filename() != "_data") core_.store.trash().take(part.path());
        }
    };
    co_await core_.pool.run(tidy);
}

Task<Volume> Volumes::create(VolumeCreateRequest request) {
    if (!request.driver.empty() && request.driver != "local")
        throw NotFound("create {}: error looking up volume plugin {}: plugin \"{}\" not found", request.name,
                       request.driver, request.driver);
    bool anonymous = request.anonymous || request.name.empty();
    if (request.name.empty()) request.name = random_hex(32);
    check_name(request.name);
    with_context("create " + request.name, [&] { check_volume_options(request.options); });
    if (auto found = volumes_.find(request.name); found != volumes_.end()) co_return found->second;

    Volume volume;
    volume.name = request.name;
    volume.labels = std::move(request.labels);
    volume.options = std::move(request.options);
    if (anonymous) volume.labels.emplace(anonymous_label, "");
    volume.created_at = now();
    auto folder = core_.options.data_root / "volumes" / volume.name;
    volume.mountpoint = (folder / "_data").string();
    // Known from now on, so that a second create of the same name finds it.
    volumes_.emplace(volume.name, volume);
    std::exception_ptr failure;
    try {
        store::Document document{volume.name, volume.name, json::write(volume)};
        auto work = [this, document, mountpoint = volume.mountpoint, with_container = request.anonymous] {
            std::filesystem::create_directories(mountpoint);
            if (!with_container) core_.store.volumes().put(document);
        };
        co_await core_.pool.run(std::move(work));
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        volumes_.erase(volume.name);
        std::rethrow_exception(failure);
    }
    core_.events.publish("volume", "create", volume.name, {{"driver", "local"}});
    co_return volume;
}

std::vector<Volume> Volumes::list(const Filters& filters) const {
    filters.require_known({"name", "label", "label!", "driver", "dangling"});
    auto dangling = filters.boolean("dangling");
    std::vector<Volume> result;
    for (const auto& [name, volume] : volumes_) {
        if (!filters.matches_pattern("name", name) || !filters.matches("driver", volume.driver)) continue;
        if (!filters.matches_labels(volume.labels)) continue;
        if (dangling && *dangling != users(name).empty()) continue;
        result.push_back(volume);
    }
    return result;
}

Volume Volumes::inspect(const std::string& name) const {
    auto found = volumes_.find(name);
    if (found == volumes_.end()) throw NotFound("get {}: no such volume", name);
    return found->second;
}

std::vector<std::string> Volumes::users(const std::string& name) const {
    std::vector<std::string> ids;
    for (const auto& [id, container] : core_.registry.all()) {
        const auto& mounts = container->record.mounts;
        if (std::ranges::any_of(
                mounts, [&](const auto& mount) { return mount.type == "volume" && mount.name == name; }))
            ids.push_back(id);
    }
    return ids;
}

Task<void> Volumes::remove(std::string name, bool force) {
    auto found = volumes_.find(name);
    if (found == volumes_.end()) {
        if (force) co_return;
        throw NotFound("get {}: no such volume", name);
    }
    if (auto ids = users(name); !ids.empty())
        throw Conflict("remove {}: volume is in use - [{}]", name, fmt::join(ids, ", "));
    volumes_.erase(found);
    auto work = [this, name] {
        core_.store.volumes().remove(name);
        core_.store.trash().take(core_.options.data_root / "volumes" / name);
    };
    co_await core_.pool.run(std::move(work));
    core_.events.publish("volume", "destroy", name, {{"driver", "local"}});
}

Task<VolumePruneResult> Volumes::prune(Filters filters) {
    filters.require_known({"label", "label!", "all"});
    bool all = filters.boolean("all").value_or(false);
    std::vector<Volume> unused;
    for (const auto& [name, volume] : volumes_)
        if ((all || is_anonymous(volume)) && filters.matches_labels(volume.labels) && users(name).empty())
            unused.push_back(volume);
    VolumePruneResult result;
    for (const auto& volume : unused) {
        auto read_usage = [path = volume.mountpoint] { return store::tree_usage(path); };
        auto usage = co_await core_.pool.run(std::move(read_usage));
        try {
            co_await remove(volume.name, true);
        } catch (const Conflict&) {
            continue;  // a container took it meanwhile
        }
        result.deleted.push_back(volume.name);
        result.space_reclaimed += static_cast<std::uint64_t>(usage.bytes);
    }
    core_.events.publish("volume", "prune", "", {{"reclaimed", std::to_string(result.space_reclaimed)}});
    co_return result;
}

Task<std::map<std::string, VolumeUsage>> Volumes::usage() {
    std::vector<std::pair<std::string, std::string>> places;
    for (const auto& [name, volume] : volumes_) places.emplace_back(name, volume.mountpoint);
    auto read_sizes = [places] {
        std::map<std::string, VolumeUsage> result;
        for (const auto& [name, path] : places) result[name].size = store::tree_usage(path).bytes;
        return result;
    };
    auto sizes = co_await core_.pool.run(std::move(read_sizes));
    for (auto& [name, usage] : sizes) usage.ref_count = static_cast<std::int64_t>(users(name).size());
    co_return sizes;
}

std::vector<std::string> Volumes::only_of(const Container& container) const {
    std::vector<std::string> names;
    for (const auto& mount : container.mounts)
        if (mount.type == "volume" && mount.anonymous && exists(mount.name) && users(mount.name).size() <= 1)
            names.push_back(mount.name);
    return names;
}

Task<void> Volumes::copy_up(std::string name, store::Snapshot root, std::string path) {
    auto volume = inspect(name);
    auto source = volume_source(volume);
    // Another file system is mounted when a container runs, and keeps the content that it has.
    if (!source.is_folder() && !source.is_bind()) co_return;
    auto work = [volume, source, root, path, used = !users(name).empty()] {
        if (source.is_bind())
            fill_from_image(source.device, root, path);
        else if (used)
            fill_from_image(volume.mountpoint, root, path);
        else
            fill_whole_from_image(volume.mountpoint, root, path);
    };
    co_await core_.pool.run(std::move(work));
}

Task<void> Volumes::remove_unused(std::vector<std::string> names) {
    for (const auto& name : names) {
        try {
            co_await remove(name, true);
        } catch (const Conflict&) {
            continue;  // another container uses it
        } catch (const Error& error) {
            log::error("removing volume {}: {}", name, error.what());
        }
    }
}

}  // namespace dhow::engine
