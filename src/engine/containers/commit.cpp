// POST /commit.

#include <set>

#include <fcntl.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/containers/changes.hpp"
#include "engine/containers/image_config.hpp"
#include "engine/core.hpp"
#include "engine/model/container_config_json.hpp"
#include "image/change.hpp"
#include "oci/image_config_json.hpp"
#include "tar/tree_writer.hpp"

namespace dhow::engine {

namespace {

void require_committable(const Live& container) {
    const auto& record = container.record;
    if (record.state.phase == Phase::dead)
        throw Conflict("You cannot commit container {} which is Dead", record.id);
    if (record.state.phase == Phase::removing)
        throw Conflict("You cannot commit container {} which is being removed", record.id);
}

/// The configuration of the image: what the caller gave, changed, and the container's where it says nothing.
oci::ContainerConfig image_config(const Container& record, const CommitRequest& request) {
    auto given = json::read<oci::ContainerConfig>(json::write(request.config.value_or(record.config)));
    image::apply_changes(request.changes, given);
    auto merged = json::read<ContainerConfig>(json::write(given));
    inherit(merged, json::read<oci::ContainerConfig>(json::write(record.config)));
    auto config = json::read<oci::ContainerConfig>(json::write(merged));
    config.on_build = given.on_build;
    return config;
}

image::CommitOptions options_of(const Container& record, const CommitRequest& request) {
    image::CommitOptions options;
    options.image = oci::Digest::parse(record.image_id);
    options.config = image_config(record, request);
    options.container = record.id;
    for (const auto& word : record.config.cmd.value_or(std::vector<std::string>{}))
        options.created_by += (options.created_by.empty() ? "" : " ") + word;
    options.author = request.author;
    options.message = request.message;
    options.name = request.name;
    return options;
}

/// Writes what `docker diff` lists, and nothing else of the upper directory.
void write_layer(const store::Snapshot& snapshot, const Container& record, bool in_use,
                 image::Output& output) {
    std::set<std::string> paths;
    for (auto& change : find_changes(snapshot, record)) paths.insert(change.path.substr(1));
    UniqueFd upper(check(::open(snapshot.upperdir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open {}",
                         snapshot.upperdir.string()));
    tar::TreeOptions options;
    options.overlay = true;
    options.in_use = in_use;
    options.takes = [&paths](const std::string& path) { return paths.contains(path); };
    tar::TreeWriter writer(output, std::move(options));
    writer.contents(upper.get());
    writer.finish();
}

/// Pauses a container that runs. @return whether it did
Task<bool> pause_for_commit(Containers& containers, LivePtr container) {
    if (container->record.state.phase != Phase::running) co_return false;
    try {
        co_await containers.pause(container->id());
    } catch (const Conflict&) {
        co_return false;  // it ended, or somebody else was first
    }
    co_return true;
}

Task<void> unpause_after_commit(Containers& containers, LivePtr container) {
    if (container->gone || container->record.state.phase != Phase::paused) co_return;
    try {
        co_await containers.unpause(container->id());
    } catch (const Error&) {
        co_return;  // it ended meanwhile
    }
}

}  // namespace

Task<std::string> Containers::commit(std::string name, CommitRequest request) {
    Core& core = core_;
    auto container = core.registry.get(name);
    require_committable(*container);
    auto record = container->record;
    auto options = options_of(record, request);
    bool paused = request.pause && co_await pause_for_commit(*this, container);
    bool in_use = container->record.state.phase == Phase::running;
    auto work = [&core, record, options, in_use] {
        auto snapshot = core.store.snapshots().get(record.id);
        auto write = [snapshot, record, in_use](image::Output& output) {
            write_layer(snapshot, record, in_use, output);
        };
        return core.image_room.commit(write, options).text();
    };
    std::exception_ptr failure;
    std::string id;
    try {
        id = co_await core.pool.run(std::move(work));
    } catch (...) {
        failure = std::current_exception();
    }
    if (paused) co_await unpause_after_commit(*this, container);
    if (failure) std::rethrow_exception(failure);
    auto image_name = options.name ? options.name->with_default_tag().familiar() : std::string();
    if (!image_name.empty()) core.events.publish("image", "tag", id, {{"name", image_name}});
    publish(core, record, "commit",
            {{"comment", request.message}, {"imageID", id}, {"imageRef", image_name}});
    co_return id;
}

}  // namespace dhow::engine
