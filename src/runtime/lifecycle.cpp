// The verbs on a container that exists.

#include <cerrno>

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "linux/cgroup/cgroup.hpp"
#include "linux/pidfd.hpp"
#include "runtime/container.hpp"
#include "runtime/parent/config_file.hpp"
#include "runtime/parent/hooks.hpp"
#include "runtime/parent/plans.hpp"
#include "runtime/state_file.hpp"

namespace dhow::runtime {

using linux::cgroup::Cgroup;

namespace {

Cgroup cgroup_of(const std::filesystem::path& state_root, const std::string& id) {
    return Cgroup::open(read_state(state_root, id).cgroup);
}

ContainerState describe(const std::filesystem::path& state_root, const StateFile& file) {
    ContainerState result;
    result.id = file.id;
    result.status = status_of(state_root, file);
    result.pid = result.status == Status::stopped ? 0 : file.pid;
    result.bundle = file.bundle;
    result.rootfs = file.rootfs;
    result.created = file.created;
    result.owner = "root";
    result.annotations = file.annotations;
    return result;
}

}  // namespace

ContainerState state(const std::filesystem::path& state_root, const std::string& id) {
    return describe(state_root, read_state(state_root, id));
}

std::vector<ContainerState> list(const std::filesystem::path& state_root) {
    std::vector<ContainerState> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(state_root, error)) {
        auto name = entry.path().filename().native();
        if (name.starts_with('.') || !entry.is_directory()) continue;
        try {
            found.push_back(state(state_root, name));
        } catch (const NotFound&) {
            // It is just being made, or just being removed.
            continue;
        }
    }
    return found;
}

void kill(const std::filesystem::path& state_root, const std::string& id, int signal, bool all) {
    auto state = read_state(state_root, id);
    if (all) {
        try {
            Cgroup::open(state.cgroup).signal_all(signal);
        } catch (const NotFound&) {
            throw Conflict("container not running");
        }
        return;
    }
    auto process = find_process(state);
    if (!process || !linux::pidfd_send_signal(process.get(), signal)) throw Conflict("container not running");
}

void pause(const std::filesystem::path& state_root, const std::string& id) {
    auto state = read_state(state_root, id);
    auto status = status_of(state_root, state);
    if (status != Status::running && status != Status::created)
        throw Conflict("container not running or created: {}", status_name(status));
    Cgroup::open(state.cgroup).freeze();
}

void resume(const std::filesystem::path& state_root, const std::string& id) {
    auto state = read_state(state_root, id);
    if (status_of(state_root, state) != Status::paused) throw Conflict("container not paused");
    Cgroup::open(state.cgroup).thaw();
}

void update(const std::filesystem::path& state_root, const std::string& id, const oci::Resources& resources) {
    cgroup_of(state_root, id).apply(parent::limits_of(resources, false));
}

namespace {

/// Kills what lives, and waits until nothing does.
void kill_rest(const StateFile& state, Cgroup& cgroup) {
    if (cgroup.frozen()) {
        cgroup.signal_all(SIGKILL);
        cgroup.thaw();
    }
    if (auto process = find_process(state)) {
        linux::pidfd_send_signal(process.get(), SIGKILL);
        constexpr int longest_wait_ms = 10'000;
        linux::pidfd_wait_exit(process.get(), longest_wait_ms);
    }
    // Without a pid namespace of its own, the first process took nobody with it.
    if (!cgroup.processes().empty()) cgroup.signal_all(SIGKILL);
}

void run_poststop(const StateFile& state) {
    std::vector<oci::Hook> hooks;
    try {
        hooks = parent::read_config(state.bundle).hooks.poststop;
    } catch (const Error&) {
        // The bundle is gone, and its hooks with it.
        return;
    }
    parent::run_hooks_regardless(hooks, hook_state(state, Status::stopped));
}

}  // namespace

void remove(const std::filesystem::path& state_root, const std::string& id, bool force) {
    StateFile state;
    try {
        state = read_state(state_root, id);
    } catch (const NotFound&) {
        // A create that was cut off leaves a folder without state.
        return remove_state(state_root, id);
    }
    auto status = status_of(state_root, state);
    if (status != Status::stopped && !force)
        throw Conflict("cannot delete container {} that is not stopped: {}", id, status_name(status));
    try {
        auto cgroup = Cgroup::open(state.cgroup);
        kill_rest(state, cgroup);
        cgroup.remove();
    } catch (const NotFound&) {
        // A remove that was cut off took the cgroup already.
    }
    run_poststop(state);
    remove_state(state_root, id);
}

std::vector<pid_t> processes(const std::filesystem::path& state_root, const std::string& id) {
    return cgroup_of(state_root, id).processes();
}

linux::cgroup::Stats stats(const std::filesystem::path& state_root, const std::string& id) {
    return cgroup_of(state_root, id).stats();
}

std::uint64_t oom_kills(const std::filesystem::path& state_root, const std::string& id) {
    return cgroup_of(state_root, id).out_of_memory_kills();
}

UniqueFd oom_event(const std::filesystem::path& state_root, const std::string& id) {
    return cgroup_of(state_root, id).out_of_memory_event();
}

}  // namespace dhow::runtime
