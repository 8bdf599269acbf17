#pragma once
// A container in the daemon's memory: its record, and all that exists only while the daemon runs.

#include <chrono>
#include <filesystem>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/async/sync.hpp"
#include "bundle/bundle.hpp"
#include "engine/containers/waiting.hpp"
#include "engine/model/container.hpp"
#include "engine/model/exec.hpp"
#include "shim/client/client.hpp"

namespace dhow::engine {

/// Loop thread alone. Operations hold it by shared_ptr, so that it outlives its removal from the registry.
struct Live {
    Live(const asio::any_io_executor& executor, Container container)
        : record(std::move(container)), operation(executor), saving(executor), changed(executor) {}

    /// What list and inspect read, at any time and without waiting.
    Container record;

    /// Held by what changes the container: start, exit, pause, remove, rename, update. Never while waiting
    /// for the container's own program.
    AsyncMutex operation;
    /// Held while the record is written, so that an older one never overwrites a newer one.
    AsyncMutex saving;
    /// Notified on every change of the phase, and on every change of what is wanted.
    TimedSignal changed;

    std::shared_ptr<shim::Client> shim;
    /// How many runs there were since the daemon came up: tells an exit that belongs to an earlier run.
    std::uint64_t run = 0;
    /// A stop, kill or remove asked for the end of this run: no restart policy applies.
    bool stop_requested = false;
    /// The pause before this run that the restart policy made; 0 when a user started it.
    std::chrono::nanoseconds last_pause{};
    /// Removed from the registry and the database: nothing is saved any more.
    bool gone = false;
    /// The container is on networks that the exit has not yet let go of.
    bool attached_to_networks = false;

    std::list<std::weak_ptr<WaitPlace>> waits;
    /// Clients that attached before the start.
    std::list<std::weak_ptr<AttachPlace>> attachments;
    std::map<std::string, std::shared_ptr<Exec>> execs;
    /// What the execs of this run begin with: read for the first of them.
    std::shared_ptr<const bundle::ExecBase> exec_base;
    /// Detach keys given at the start, raw; those of an attach win.
    std::string detach_keys;

    const std::string& id() const { return record.id; }
    bool alive() const { return record.state.alive(); }

    /// Moves to `phase` by the table of states and tells those who wait for changes.
    void enter(Phase phase) {
        transition(record.state, phase);
        changed.notify();
    }
};

using LivePtr = std::shared_ptr<Live>;

}  // namespace dhow::engine
