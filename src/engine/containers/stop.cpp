// stop, restart, kill, pause and unpause.

#include <csignal>

#include "base/error.hpp"
#include "base/log.hpp"
#include "engine/containers/run.hpp"
#include "engine/containers/storage.hpp"
#include "engine/core.hpp"

namespace dhow::engine {

namespace {

constexpr int default_stop_timeout = 10;  // seconds
constexpr std::chrono::nanoseconds for_ever = std::chrono::hours(24 * 365);

int stop_signal(const Container& record, const std::string& given) {
    if (!given.empty()) return parse_signal(given);
    return record.config.stop_signal.empty() ? SIGTERM : parse_signal(record.config.stop_signal);
}

std::chrono::nanoseconds stop_timeout(const Container& record, std::optional<int> given) {
    int seconds = given ? *given : record.config.stop_timeout.value_or(default_stop_timeout);
    if (seconds < 0) return for_ever;
    return std::chrono::seconds(seconds);
}

/// Sends a signal; that the container ended meanwhile is no failure.
Task<void> send(Core& core, LivePtr container, int signal) {
    if (!container->alive() || !container->shim) co_return;
    auto shim = container->shim;
    try {
        co_await shim->kill(signal, false);
    } catch (const Conflict&) {
        co_return;
    }
    publish(core, container->record, "kill", {{"signal", std::to_string(signal)}});
}

Task<void> thaw(Core& core, LivePtr container) {
    auto turn = co_await container->operation.lock();
    if (container->record.state.phase != Phase::paused) co_return;
    try {
        co_await container->shim->resume();
    } catch (const Conflict&) {
        co_return;  // with cgroup v2 a frozen process can be killed, and has been
    }
    container->enter(Phase::running);
    publish(core, container->record, "unpause");
}

/// Ends a container that runs. Without the operation.
Task<void> end(Core& core, LivePtr container, int signal, std::chrono::nanoseconds limit) {
    co_await send(core, container, signal);
    if (container->record.state.phase == Phase::paused) co_await thaw(core, container);
    bool ended = co_await wait_until_ended(container, limit);
    if (ended) co_return;
    log::info("container {} did not end within {} of signal {}: it is killed", container->record.short_id(),
              format_duration(limit), signal);
    co_await send(core, container, SIGKILL);
    co_await wait_until_ended(container, for_ever);
}

/// From its answer on, a stop or kill outlives the daemon: no policy starts the container again. Its exit is
/// saved later, and is on the disk by then.
Task<void> keep_wish(Core& core, LivePtr container) {
    const auto& policy = container->record.host_config.restart_policy.name;
    if (!policy.empty() && policy != "no") co_await save(core, container, store::Durability::relaxed);
}

[[noreturn]] void not_running(const Live& container) {
    throw Conflict("container {} is not running", container.id());
}

}  // namespace

Task<void> kill_and_wait(Core& core, LivePtr container) {
    forbid_restart(*container);
    co_await send(core, container, SIGKILL);
    if (container->record.state.phase == Phase::paused) co_await thaw(core, container);
    co_await wait_until_ended(container, for_ever);
}

Task<bool> Containers::stop(std::string name, std::optional<int> timeout, std::string signal) {
    Core& core = core_;
    auto container = core.registry.get(name);
    auto number = stop_signal(container->record, signal);
    {
        // A start that is under way comes to its end first.
        auto turn = co_await container->operation.lock();
        if (!container->alive() && container->record.state.phase != Phase::restarting) co_return false;
        forbid_restart(*container);
    }
    co_await end(core, container, number, stop_timeout(container->record, timeout));
    co_await keep_wish(core, container);
    publish(core, container->record, "stop");
    co_return true;
}

Task<void> Containers::restart(std::string name, std::optional<int> timeout, std::string signal) {
    Core& core = core_;
    auto container = core.registry.get(name);
    auto number = stop_signal(container->record, signal);
    bool temporary = std::exchange(container->record.host_config.auto_remove, false);
    std::exception_ptr failure;
    try {
        forbid_restart(*container);
        bool ran = container->alive();
        co_await end(core, container, number, stop_timeout(container->record, timeout));
        if (ran) publish(core, container->record, "stop");
        auto turn = co_await container->operation.lock();
        container->record.host_config.auto_remove = std::exchange(temporary, false);
        container->last_pause = {};
        container->record.restart_count = 0;
        auto phase = container->record.state.phase;
        if (phase == Phase::removing || phase == Phase::dead)
            throw Conflict("container is marked for removal and cannot be started");
        if (!container->alive()) co_await start_run(core, container);
    } catch (...) {
        failure = std::current_exception();
    }
    if (temporary) container->record.host_config.auto_remove = true;
    if (failure) std::rethrow_exception(failure);
    publish(core, container->record, "restart");
}

Task<void> Containers::kill(std::string name, std::string signal) {
    Core& core = core_;
    auto number = signal.empty() ? SIGKILL : parse_signal(signal);
    auto container = core.registry.get(name);
    if (!container->alive() || !container->shim) not_running(*container);
    bool ends = number == SIGKILL || number == SIGTERM || number == stop_signal(container->record, {});
    if (ends) forbid_restart(*container);
    auto shim = container->shim;
    co_await shim->kill(number, false);
    publish(core, container->record, "kill", {{"signal", std::to_string(number)}});
    if (number == SIGKILL) {
        if (container->record.state.phase == Phase::paused) co_await thaw(core, container);
        co_await wait_until_ended(container, std::chrono::seconds(10));
    }
    if (ends) co_await keep_wish(core, container);
}

Task<void> Containers::pause(std::string name) {
    Core& core = core_;
    auto container = core.registry.get(name);
    auto turn = co_await container->operation.lock();
    switch (container->record.state.phase) {
        case Phase::running:
            break;
        case Phase::paused:
            throw Conflict("container {} is already paused", container->id());
        case Phase::restarting:
            throw Conflict("Container {} is restarting, wait until the container is running",
                           container->id());
        default:
            not_running(*container);
    }
    co_await container->shim->pause();
    container->enter(Phase::paused);
    publish(core, container->record, "pause");
    co_await save(core, container, store::Durability::relaxed);
}

Task<void> Containers::unpause(std::string name) {
    Core& core = core_;
    auto container = core.registry.get(name);
    if (container->record.state.phase != Phase::paused)
        throw Conflict("Container {} is not paused", container->id());
    co_await thaw(core, container);
    co_await save(core, container, store::Durability::relaxed);
}

}  // namespace dhow::engine
