// DELETE /containers/{id} and prune.

#include <optional>

#include "base/error.hpp"
#include "base/log.hpp"
#include "engine/containers/run.hpp"
#include "engine/containers/storage.hpp"
#include "engine/core.hpp"

namespace dhow::engine {

namespace {

/// What is left of a container that nobody can name any more.
Task<void> remove_remains_of(Core& core, LivePtr container) {
    co_await clean_up_run(core, container);
    auto work = [&core, id = container->id()] { remove_directories(core, id); };
    co_await core.pool.run(std::move(work));
}

void require_removable(const Live& container) {
    const auto& record = container.record;
    switch (record.state.phase) {
        case Phase::running:
            throw Conflict(
                "cannot remove container \"/{}\": container is running: stop the container before removing "
                "or force remove",
                record.name);
        case Phase::paused:
            throw Conflict("cannot remove container \"/{}\": container is paused and must be unpaused first",
                           record.name);
        case Phase::restarting:
            throw Conflict(
                "cannot remove container \"/{}\": container is restarting: stop the container before "
                "removing or force remove",
                record.name);
        default:
            return;
    }
}

}  // namespace

Task<void> remove_for_good(Core& core, LivePtr container, bool volumes) {
    auto& record = container->record;
    container->enter(Phase::removing);
    auto names = volumes ? core.volumes.only_of(record) : std::vector<std::string>{};
    std::exception_ptr failure;
    try {
        bool temporary = record.host_config.auto_remove;
        co_await erase(core, container, names,
                       temporary ? store::Durability::relaxed : store::Durability::durable);
        // A port that was published is free for the next container when the removal is answered.
        if (!record.published.empty()) co_await release_networks(core, container);
    } catch (const Error& error) {
        log::error("removing container {}: {}", record.short_id(), error.what());
        failure = std::current_exception();
    }
    if (failure) {
        container->gone = false;
        container->enter(Phase::dead);
        settle_exit_waits(*container);
        std::rethrow_exception(failure);
    }
    core.registry.remove(*container);
    for (const auto& [id, exec] : container->execs) core.execs_by_id.erase(id);
    // Its volumes go before the answer: who waits for the removal lists them no more.
    if (!names.empty()) co_await core.volumes.remove_unused(names);
    publish(core, record, "destroy");
    settle_removal_waits(*container);
    end_attachments(*container);
    core.run_in_background("cleaning up after container " + record.short_id(),
                           remove_remains_of(core, container));
}

Task<void> Containers::remove(std::string name, RemoveRequest request) {
    Core& core = core_;
    if (request.link) throw InvalidArgument("links are not supported: there is none to remove");
    auto container = core.registry.get(name);
    if (container->record.state.phase == Phase::removing)
        throw Conflict("removal of container {} is already in progress", container->record.name);
    if (!request.force) require_removable(*container);
    std::optional<AsyncMutex::Lock> turn;
    do {
        turn.reset();
        if (container->alive() || container->record.state.phase == Phase::restarting)
            co_await kill_and_wait(core, container);
        auto taken = co_await container->operation.lock();
        turn.emplace(std::move(taken));
        // A start that was under way may have come to its end between the kill and now.
    } while (request.force && container->alive());
    if (container->record.state.phase == Phase::removing || container->gone) {
        // It removed itself meanwhile (--rm), or somebody else did.
        if (request.force || container->record.host_config.auto_remove) co_return;
        throw Conflict("removal of container {} is already in progress", container->record.name);
    }
    if (request.force) {
        if (container->record.state.phase == Phase::restarting) container->enter(Phase::exited);
    } else {
        require_removable(*container);
    }
    co_await remove_for_good(core, container, request.volumes);
}

Task<PruneResult> Containers::prune(Filters filters) {
    Core& core = core_;
    filters.require_known({"label", "label!", "until"});
    auto until = filters.until(now());
    std::vector<LivePtr> candidates;
    for (const auto& [id, container] : core.registry.all()) {
        const auto& record = container->record;
        bool is_down = record.state.phase == Phase::created || record.state.phase == Phase::exited ||
                       record.state.phase == Phase::dead;
        if (is_down && filters.matches_labels(record.config.labels) && (!until || record.created < *until))
            candidates.push_back(container);
    }
    PruneResult result;
    for (const auto& container : candidates) {
        auto read_usage = [&core, id = container->id()] {
            try {
                return core.store.snapshots().usage(id).bytes;
            } catch (const NotFound&) {
                return std::int64_t{0};
            }
        };
        auto usage = co_await core.pool.run(std::move(read_usage));
        try {
            RemoveRequest request;
            co_await remove(container->id(), request);
        } catch (const Error&) {
            continue;  // started or removed meanwhile
        }
        result.deleted.push_back(container->id());
        result.space_reclaimed += static_cast<std::uint64_t>(usage);
    }
    core.events.publish("container", "prune", "", {{"reclaimed", std::to_string(result.space_reclaimed)}});
    co_return result;
}

}  // namespace dhow::engine
