// The end of a run: who waits is told first, what it held is cleaned up after.

#include <cmath>

#include "base/error.hpp"
#include "base/log.hpp"
#include "engine/containers/restart_policy.hpp"
#include "engine/containers/run.hpp"
#include "engine/containers/run_directory.hpp"
#include "engine/containers/storage.hpp"
#include "engine/core.hpp"

namespace dhow::engine {

namespace {

/// What a container whose shim was killed is said to have ended with.
constexpr int lost_exit_code = 137;

std::vector<std::shared_ptr<WaitPlace>> take_waits(Live& container, bool removal) {
    std::vector<std::shared_ptr<WaitPlace>> due;
    for (auto wait = container.waits.begin(); wait != container.waits.end();) {
        auto place = wait->lock();
        bool is_due = place && (place->condition == WaitCondition::removed) == removal;
        if (is_due) due.push_back(place);
        wait = is_due || !place ? container.waits.erase(wait) : std::next(wait);
    }
    return due;
}

WaitResult result_of(const Live& container) {
    // Why a start failed is told to who started it; here it would be taken for a failure of the wait.
    return {container.record.state.exit_code, ""};
}

/// Execs die with the container's first process; those whose end was not heard are over too.
void end_execs(Core& core, Live& container) {
    for (auto& [id, exec] : container.execs) {
        if (exec->phase != ExecPhase::exited) {
            exec->exit_code = 137;
            exec->exited_at = now();
        }
        exec->phase = ExecPhase::exited;
        exec->pid = 0;
    }
    // Their exit codes can be asked for as long as the container is there: the last of them are kept.
    constexpr std::size_t kept = 64;
    while (container.execs.size() > kept) {
        core.execs_by_id.erase(container.execs.begin()->first);
        container.execs.erase(container.execs.begin());
    }
}

std::optional<std::chrono::nanoseconds> next_start(Core& core, const Live& container) {
    if (core.closing) return std::nullopt;
    const auto& state = container.record.state;
    ExitFacts facts;
    facts.exit_code = state.exit_code;
    facts.stopped_by_user = container.stop_requested || state.wanted != Wanted::running;
    facts.restart_count = container.record.restart_count;
    facts.ran_for = state.finished_at - state.started_at;
    facts.last_pause = container.last_pause;
    return decide_restart(container.record.host_config.restart_policy, facts);
}

void record_exit(Live& container, const shim::ExitStatus& status) {
    auto& state = container.record.state;
    state.pid = 0;
    state.exit_code = status.code;
    state.oom_killed = status.oom_killed;
    state.finished_at = status.at == Timestamp{} ? now() : status.at;
    // As docker has it: what is not probed is not healthy.
    if (state.health) state.health->status = HealthStatus::unhealthy;
}

Task<void> oom_seen(Core& core, LivePtr container) {
    container->record.state.oom_killed = true;
    publish(core, container->record, "oom");
    co_return;
}

Task<void> shim_lost(Core& core, LivePtr container, std::uint64_t run) {
    log::warning("the shim of container {} is gone", container->record.short_id());
    shim::ExitStatus status;
    auto read_found = [&core, id = container->id()] {
        return shim::read_exit_status(core.run_directory(id));
    };
    auto found = co_await core.pool.run(std::move(read_found));
    if (found) {
        status = *found;
    } else {
        co_await shim::remove_remains(core.options.runtime, core.runtime_state_root(), container->id(),
                                      core.pool);
        status.code = lost_exit_code;
        status.at = now();
    }
    co_await finish_run(core, container, run, status);
}

}  // namespace

void settle_exit_waits(Live& container) {
    for (const auto& wait : take_waits(container, false)) wait->settle(result_of(container));
}

void settle_removal_waits(Live& container) {
    for (const auto& wait : take_waits(container, true)) wait->settle(result_of(container));
    settle_exit_waits(container);
}

void end_attachments(Live& container) {
    for (const auto& weak : std::exchange(container.attachments, {}))
        if (auto place = weak.lock()) place->give_up();
}

shim::Events shim_events(Core& core, const LivePtr& container) {
    std::weak_ptr<Live> weak = container;
    auto run = container->run;
    shim::Events events;
    events.exited = [&core, weak, run](const shim::ExitStatus& status) {
        if (auto live = weak.lock())
            core.run_in_background("the exit of container " + live->record.short_id(),
                                   finish_run(core, live, run, status));
    };
    events.exec_exited = [&core, weak](const std::string& exec_id, const shim::ExitStatus& status) {
        if (auto live = weak.lock()) core.execs.finish(*live, exec_id, status.code, status.at);
    };
    events.out_of_memory = [&core, weak, run] {
        auto live = weak.lock();
        if (live && live->run == run) core.run_in_background("an OOM kill", oom_seen(core, live));
    };
    events.lost = [&core, weak, run] {
        auto live = weak.lock();
        if (live && live->run == run && !core.closing)
            core.run_in_background("the loss of a shim", shim_lost(core, live, run));
    };
    return events;
}

Task<void> finish_run(Core& core, LivePtr container, std::uint64_t run, shim::ExitStatus status) {
    auto turn = co_await container->operation.lock();
    if (container->run != run || !container->alive()) co_return;
    auto& record = container->record;
    bool oom_seen_before = record.state.oom_killed;
    record_exit(*container, status);
    record.state.oom_killed = record.state.oom_killed || oom_seen_before;
    end_execs(core, *container);
    auto pause = next_start(core, *container);
    auto ran_for =
        std::chrono::round<std::chrono::seconds>(record.state.finished_at - record.state.started_at);
    container->enter(pause ? Phase::restarting : Phase::exited);
    publish(core, record, "die",
            {{"exitCode", std::to_string(status.code)}, {"execDuration", std::to_string(ran_for.count())}});
    note_disconnected(core, record);
    settle_exit_waits(*container);
    end_attachments(*container);
    if (!pause && record.host_config.auto_remove) {
        co_await remove_for_good(core, container, true);
        co_return;
    }
    co_await save(core, container, pause ? store::Durability::relaxed : store::Durability::durable);
    co_await clean_up_run(core, container);
    if (pause)
        core.run_in_background("restarting container " + record.short_id(),
                               restart_after(core, container, *pause));
}

Task<void> clean_up_run(Core& core, LivePtr container) {
    co_await release_networks(core, container);
    if (auto shim = std::exchange(container->shim, nullptr)) {
        try {
            co_await shim->dismiss();
        } catch (const Error& error) {
            log::warning("the shim of container {}: {}", container->record.short_id(), error.what());
        }
    }
    auto work = [directory = core.run_directory(container->id())] { remove_run_directory(directory); };
    co_await core.pool.run(std::move(work));
    auto& record = container->record;
    record.hostname_path.clear();
    record.hosts_path.clear();
    record.resolv_conf_path.clear();
}

void forbid_restart(Live& container) {
    container.stop_requested = true;
    container.record.state.wanted = Wanted::stopped;
    container.changed.notify();
}

Task<bool> wait_until_ended(LivePtr container, std::chrono::nanoseconds limit) {
    auto run = container->run;
    auto until = std::chrono::steady_clock::now() + limit;
    while (container->run == run && container->alive()) {
        auto left = until - std::chrono::steady_clock::now();
        if (left <= std::chrono::nanoseconds(0)) co_return false;
        co_await container->changed.wait_for(left);
    }
    co_return true;
}

Task<void> restart_after(Core& core, LivePtr container, std::chrono::nanoseconds pause) {
    auto run = container->run;
    auto until = std::chrono::steady_clock::now() + pause;
    auto still_wanted = [&] {
        return container->run == run && container->record.state.phase == Phase::restarting && !core.closing;
    };
    while (still_wanted() && !container->stop_requested) {
        auto left = until - std::chrono::steady_clock::now();
        if (left <= std::chrono::nanoseconds(0)) break;
        co_await container->changed.wait_for(left);
    }
    auto turn = co_await container->operation.lock();
    if (!still_wanted()) co_return;
    if (container->stop_requested) {
        container->enter(Phase::exited);
        co_await save(core, container, store::Durability::durable);
        co_return;
    }
    container->last_pause = pause;
    ++container->record.restart_count;
    co_await start_run(core, container);
}

}  // namespace dhow::engine
