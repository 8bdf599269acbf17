#include "engine/recovery.hpp"

#include <algorithm>
#include <filesystem>

#include "base/error.hpp"
#include "base/log.hpp"
#include "engine/containers/restart_policy.hpp"
#include "engine/containers/run.hpp"
#include "engine/containers/run_directory.hpp"
#include "engine/containers/storage.hpp"
#include "engine/core.hpp"
#include "engine/model/container_json.hpp"
#include "engine/mount_points.hpp"
#include "network/networks.hpp"

namespace dhow::engine {

namespace {

/// The exit status of a container whose end nobody saw: a reboot, or a killed shim.
constexpr int unknown_exit_code = 255;

/// A container that was running and is not: its end is taken in once the networks are in order.
struct Ended {
    LivePtr container;
    shim::ExitStatus status;
};

std::vector<std::string> folder_names(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    std::error_code absent;
    for (const auto& entry : std::filesystem::directory_iterator(folder, absent))
        names.push_back(entry.path().filename().string());
    return names;
}

Task<void> load_containers(Core& core) {
    auto documents = co_await core.pool.run([&core] { return core.store.containers().all(); });
    for (const auto& document : documents) {
        try {
            auto record = json::read<Container>(document.document);
            core.registry.add(std::make_shared<Live>(core.executor, std::move(record)));
        } catch (const Error& error) {
            log::error("container {} ({}) cannot be read and is left alone: {}", document.name, document.id,
                       error.what());
        }
    }
}

/// Ends what runs under an id that no container has, or that has no start to belong to.
Task<void> undo_run(Core& core, std::string id, std::shared_ptr<shim::Client> shim) {
    if (shim) {
        try {
            co_await shim->dismiss();
            co_return;
        } catch (const Error& error) {
            log::info("the shim of container {}: {}", id.substr(0, 12), error.what());
        }
    }
    try {
        co_await shim::remove_remains(core.options.runtime, core.runtime_state_root(), id, core.pool);
        // It sees its container end now, and writes that down: nothing is to come into a folder that goes.
        shim.reset();
        co_await shim::wait_for_end(core.run_directory(id), core.pool);
    } catch (const Error& error) {
        log::warning("removing what is left of container {}: {}", id.substr(0, 12), error.what());
    }
}

Task<std::shared_ptr<shim::Client>> find_shim(Core& core, std::string id, shim::Events events) {
    auto directory = core.run_directory(id);
    try {
        auto shim = co_await shim::reconnect(directory, std::move(events));
        if (!shim) co_await shim::wait_for_end(directory, core.pool);
        co_return shim;
    } catch (const Error& error) {
        log::warning("the shim of container {} does not answer: {}", id.substr(0, 12), error.what());
    }
    co_return nullptr;
}

Task<void> undo_start(Core& core, LivePtr container, std::shared_ptr<shim::Client> shim) {
    auto& state = container->record.state;
    log::info("the start of container {} was cut off; it is undone", container->record.short_id());
    co_await undo_run(core, container->id(), std::move(shim));
    // The addresses and ports that were saved for this run are not the next one's.
    co_await release_networks(core, container);
    auto work = [directory = core.run_directory(container->id())] { remove_run_directory(directory); };
    co_await core.pool.run(std::move(work));
    state.phase = state.started_at == Timestamp{} ? Phase::created : Phase::exited;
    state.pid = 0;
}

/// What became of one container while there was no daemon.
Task<void> examine(Core& core, LivePtr container, std::vector<Ended>& ended) {
    auto& state = container->record.state;
    bool was_under_way = state.alive() || state.phase == Phase::starting;
    if (!was_under_way && !std::filesystem::exists(core.run_directory(container->id()))) co_return;
    container->run = 1;
    auto events = shim_events(core, container);
    auto shim = co_await find_shim(core, container->id(), std::move(events));
    std::optional<shim::Status> status;
    if (shim) status = co_await shim->status();
    if (status && status->started && was_under_way) {
        container->shim = shim;
        if (state.started_at == Timestamp{} || state.phase == Phase::starting) state.started_at = now();
        state.phase = status->paused ? Phase::paused : Phase::running;
        state.pid = status->pid;
        co_return;
    }
    if (!was_under_way || status) {
        co_await undo_start(core, container, std::move(shim));
        co_return;
    }
    auto read_exit = [directory = core.run_directory(container->id())] {
        return shim::read_exit_status(directory);
    };
    auto exit = co_await core.pool.run(std::move(read_exit));
    if (!exit && state.phase == Phase::starting) {
        co_await undo_start(core, container, nullptr);
        co_return;
    }
    if (!exit) {
        co_await undo_run(core, container->id(), nullptr);
        exit = shim::ExitStatus{unknown_exit_code, false, now()};
    }
    if (state.phase == Phase::starting) state.started_at = exit->at;
    state.phase = Phase::running;
    ended.push_back({container, *exit});
}

Task<void> remove_orphans(Core& core) {
    auto running =
        co_await core.pool.run([&core] { return folder_names(core.options.exec_root / "containers"); });
    for (const auto& id : running) {
        if (core.registry.find_id(id)) continue;
        shim::Events nothing;
        auto shim = co_await find_shim(core, id, std::move(nothing));
        log::info("container {} was removed; what is left of it goes now", id.substr(0, 12));
        co_await undo_run(core, id, std::move(shim));
        auto work = [directory = core.run_directory(id)] { remove_run_directory(directory); };
        co_await core.pool.run(std::move(work));
    }
    std::set<std::string> known;
    for (const auto& [id, container] : core.registry.all()) known.insert(id);
    auto work2 = [&core, known] {
        for (const auto& id : core.store.snapshots().list())
            if (!known.contains(id)) core.store.remove_snapshot(id);
        for (const auto& id : folder_names(core.options.data_root / "containers"))
            if (!known.contains(id)) core.store.trash().take(core.data_directory(id));
    };
    co_await core.pool.run(std::move(work2));
}

Task<void> restore_networks(Core& core) {
    network::Live live;
    for (const auto& [id, network] : core.networks.all()) live.networks.push_back(network);
    for (const auto& [id, container] : core.registry.all()) {
        const auto& record = container->record;
        if (container->alive() && container->shim && !record.sandbox_id.empty())
            live.containers.push_back({record.sandbox_id, record.endpoints, record.published});
    }
    auto read_report = [&core, live] { return core.network_room.restore(live); };
    auto report = co_await core.pool.run(std::move(read_report));
    for (const auto& line : report.removed) log::info("network: removed {}", line);
    for (const auto& line : report.added) log::info("network: put back {}", line);
    for (const auto& line : report.failed) log::error("network: {}", line);
}

Task<void> start_in_background(Core& core, LivePtr container) {
    auto turn = co_await container->operation.lock();
    auto phase = container->record.state.phase;
    if (core.closing || (phase != Phase::exited && phase != Phase::created)) co_return;
    co_await start_run(core, container);
}

/// Containers that do not run, and should not be or should run.
Task<void> apply_policies(Core& core) {
    std::vector<LivePtr> all;
    for (const auto& [id, container] : core.registry.all()) all.push_back(container);
    for (const auto& container : all) {
        auto& record = container->record;
        bool is_down = record.state.phase == Phase::exited || record.state.phase == Phase::created;
        if (record.state.phase == Phase::restarting) {
            record.state.phase = Phase::exited;
            is_down = true;
        }
        if (record.state.phase == Phase::removing ||
            (is_down && record.host_config.auto_remove && record.state.phase != Phase::created)) {
            record.state.phase = Phase::exited;
            co_await remove_for_good(core, container, true);
        } else if (is_down && wanted_at_boot(record.host_config.restart_policy, record.state)) {
            core.run_in_background("starting container " + record.short_id(),
                                   start_in_background(core, container));
        }
    }
}

}  // namespace

Task<void> recover(Core& core) {
    auto work = [&core] { make_mount_points_layer(core.options.data_root); };
    co_await core.pool.run(std::move(work));
    co_await core.networks.restore();
    co_await core.volumes.restore();
    co_await load_containers(core);
    // Exits that shims tell meanwhile wait until the networks are in order.
    std::vector<AsyncMutex::Lock> turns;
    std::vector<LivePtr> all;
    for (const auto& [id, container] : core.registry.all()) all.push_back(container);
    std::vector<Ended> ended;
    for (const auto& container : all) {
        turns.push_back(co_await container->operation.lock());
        co_await examine(core, container, ended);
    }
    co_await remove_orphans(core);
    co_await restore_networks(core);
    turns.clear();
    for (const auto& container : all)
        if (container->alive() && container->shim) watch_health(core, container);
    for (const auto& one : ended) co_await finish_run(core, one.container, 1, one.status);
    co_await apply_policies(core);
    for (const auto& container : all)
        if (core.registry.find_id(container->id())) save_in_background(core, container);
    auto running = std::ranges::count_if(all, [](const auto& container) { return container->alive(); });
    if (!all.empty()) log::info("{} containers, {} of them running", all.size(), running);
}

}  // namespace dhow::engine
