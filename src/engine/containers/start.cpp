// POST /containers/{id}/start, and what the restart policy starts.
//
//     shim spawned  |  sandbox taken, /etc files and config.json written
//     runtime creates the container, clients' streams opened  |  veth, addresses, ports; record saved;
//                                                             |  the shim is told to let the program go
//     program let go -> answer
//
// The lines follow one another; what stands beside a bar happens at the same time.

#include <filesystem>

#include "base/error.hpp"
#include "base/log.hpp"
#include "engine/beside.hpp"
#include "engine/containers/run.hpp"
#include "engine/containers/run_directory.hpp"
#include "engine/containers/spec.hpp"
#include "engine/containers/storage.hpp"
#include "engine/core.hpp"
#include "engine/validate/validate.hpp"
#include "network/networks.hpp"

namespace dhow::engine {

namespace {

using bundle::Namespace;

Namespace joined(const Live& other, const char* kind) {
    return {Namespace::Mode::join, fmt::format("/proc/{}/ns/{}", other.record.state.pid, kind)};
}

LivePtr running(Core& core, const std::string& name, const char* what) {
    auto other = core.registry.get(name);
    if (!other->alive())
        throw Conflict("failed to join {} namespace: container {} is not running", what, name);
    return other;
}

/// The container whose network this one is in has the name of both, and the files of /etc.
void join_network(Core& core, Container& record, StartFacts& facts) {
    const auto& mode = record.host_config.network_mode;
    auto name = joined_container(mode);
    facts.host_network = mode == "host";
    if (facts.host_network) {
        facts.namespaces.network.mode = Namespace::Mode::host;
    } else if (!name.empty()) {
        auto other = core.registry.get(name);
        if (!other->alive())
            throw Conflict("cannot join network of a non running container: {}", other->id());
        facts.namespaces.network = joined(*other, "net");
        record.config.hostname = other->record.config.hostname;
        record.config.domainname = other->record.config.domainname;
        facts.joined_etc = {other->record.hostname_path, other->record.hosts_path,
                            other->record.resolv_conf_path};
    }
}

void join_ipc(Core& core, const Container& record, StartFacts& facts) {
    const auto& mode = record.host_config.ipc_mode;
    if (mode == "host") {
        facts.namespaces.ipc.mode = Namespace::Mode::host;
        facts.shm_path = "/dev/shm";
    } else if (auto name = joined_container(mode); !name.empty()) {
        auto other = running(core, name, "IPC");
        const auto& theirs = other->record.host_config.ipc_mode;
        if (theirs != "shareable" && theirs != "host")
            throw InvalidArgument(
                "failed to join IPC namespace: container {}: non-shareable IPC (hint: use IpcMode:shareable "
                "for the donor container)",
                name);
        facts.namespaces.ipc = joined(*other, "ipc");
        facts.shm_path = theirs == "host" ? "/dev/shm" : (core.run_directory(other->id()) / "shm").string();
    } else if (mode == "shareable") {
        facts.shm_path = (core.run_directory(record.id) / "shm").string();
    }
}

StartFacts decide_facts(Core& core, Container& record) {
    StartFacts facts;
    const auto& host = record.host_config;
    join_network(core, record, facts);
    join_ipc(core, record, facts);
    if (host.pid_mode == "host") facts.namespaces.pid.mode = Namespace::Mode::host;
    if (auto name = joined_container(host.pid_mode); !name.empty())
        facts.namespaces.pid = joined(*running(core, name, "PID"), "pid");
    if (host.uts_mode == "host") facts.namespaces.uts.mode = Namespace::Mode::host;
    for (const auto& mount : record.mounts)
        if (mount.type == "volume" && core.volumes.exists(mount.name))
            facts.volumes.emplace(mount.name, volume_source(core.volumes.inspect(mount.name)));
    if (host.cgroupns_mode == "host") facts.namespaces.cgroup.mode = Namespace::Mode::host;
    return facts;
}

/// What is written for one run, on the pool: the run directory with everything that the runtime reads.
void write_run(Core& core, Container& record, StartFacts facts) {
    auto directory = core.run_directory(record.id);
    if (record.host_config.ipc_mode == "shareable")
        mount_shared_memory(facts.shm_path, record.host_config.shm_size);
    if (!facts.network_path.empty()) facts.namespaces.network = {Namespace::Mode::join, facts.network_path};
    auto etc = facts.joined_etc;
    if (etc.hosts.empty())
        etc = bundle::write_etc(make_etc(record, core.options, core.host, core.gateway_address()), directory);
    record.hostname_path = etc.hostname;
    record.hosts_path = etc.hosts;
    record.resolv_conf_path = etc.resolv_conf;
    auto snapshot = core.store.snapshots().get(record.id);
    bundle::write(make_spec(record, snapshot, facts, core.options), directory);
}

/// The first half of a start, beside the spawning of the shim.
Task<void> prepare(Core& core, LivePtr container, StartFacts facts) {
    auto record = container->record;
    bool own_network = facts.namespaces.network.mode == Namespace::Mode::own;
    auto read_record = [&core, record, facts, own_network]() mutable {
        if (own_network) {
            auto sandbox = core.network_room.take_sandbox();
            record.sandbox_id = sandbox.id;
            record.sandbox_key = sandbox.path;
            facts.network_path = sandbox.path;
        }
        try {
            write_run(core, record, facts);
        } catch (...) {
            if (own_network) core.network_room.release_sandbox(record.sandbox_id);
            throw;
        }
        return record;
    };
    record = co_await core.pool.run(std::move(read_record));
    auto& own = container->record;
    own.sandbox_id = record.sandbox_id;
    own.sandbox_key = record.sandbox_key;
    own.hostname_path = record.hostname_path;
    own.hosts_path = record.hosts_path;
    own.resolv_conf_path = record.resolv_conf_path;
}

Task<void> spawn_shim(Core& core, LivePtr container) {
    const auto& record = container->record;
    shim::Spec spec;
    spec.id = record.id;
    spec.runtime = core.options.runtime;
    spec.bundle = core.run_directory(record.id);
    spec.state_root = core.runtime_state_root();
    spec.run_directory = core.run_directory(record.id);
    spec.log = log_options(record.host_config.log_config, {});
    spec.log.path = record.log_path;
    spec.open_stdin = record.config.open_stdin;
    spec.stdin_once = record.config.stdin_once;
    auto events = shim_events(core, container);
    container->shim = co_await shim::spawn(std::move(spec), std::move(events), core.pool);
}

/// A failure of the runtime in docker's words: what asks for a program that cannot be run is the user's
/// error.
std::exception_ptr in_dockers_words(const Error& error) {
    auto text = fmt::format(
        "failed to create task for container: OCI runtime create failed: unable to start container "
        "process: {}: unknown",
        error.message());
    bool users = error.kind() == ErrorKind::not_found || error.kind() == ErrorKind::forbidden ||
                 error.kind() == ErrorKind::invalid_argument;
    if (users) return std::make_exception_ptr(InvalidArgument("{}", text));
    return std::make_exception_ptr(InternalError("{}", text));
}

Task<void> create_process(LivePtr container) {
    try {
        container->record.state.pid = co_await container->shim->create();
    } catch (const Error& error) {
        std::rethrow_exception(in_dockers_words(error));
    }
}

Task<void> start_process(LivePtr container) {
    try {
        co_await container->shim->start();
    } catch (const Error& error) {
        std::rethrow_exception(in_dockers_words(error));
    }
}

Task<void> connect_attachments(LivePtr container) {
    while (!container->attachments.empty()) {
        auto place = container->attachments.front().lock();
        container->attachments.pop_front();
        if (place) co_await place->connect(container->shim);
    }
}

/// The networks, and the record on disk before the program runs: a daemon that is killed after the start must
/// know whose addresses these are.
Task<void> attach_and_save(Core& core, LivePtr container) {
    co_await attach_networks(core, container);
    const auto& policy = container->record.host_config.restart_policy.name;
    bool promised = !policy.empty() && policy != "no";
    co_await save(core, container, promised ? store::Durability::durable : store::Durability::relaxed);
}

/// The word to start waits at the shim when the runtime is not done yet: then nobody waits for the daemon.
Task<void> attach_and_start(Core& core, LivePtr container) {
    co_await attach_and_save(core, container);
    co_await connect_attachments(container);
    co_await start_process(container);
}

Task<void> begin(Core& core, LivePtr container) {
    auto facts = decide_facts(core, container->record);
    // Before the shim is there, which opens it at once. On a tmpfs this does not block.
    std::filesystem::create_directories(core.run_directory(container->id()));
    co_await both(prepare(core, container, std::move(facts)), spawn_shim(core, container));
    // The streams are asked for behind the creation, so that the same wake-up answers both.
    auto process = both(create_process(container), connect_attachments(container));
    co_await both(std::move(process), attach_and_start(core, container));
    auto& state = container->record.state;
    state.exit_code = 0;
    state.error.clear();
    state.oom_killed = false;
    state.started_at = now();
    container->enter(Phase::running);
    // Those who came while the program was being let go.
    co_await connect_attachments(container);
    watch_health(core, container);
    publish(core, container->record, "start");
    save_in_background(core, container);
}

/// The exit status that docker gives to a container that could not be started, by the reason.
int failed_start_code(const std::string& reason) {
    auto has = [&](const char* words) { return reason.find(words) != std::string::npos; };
    if (has("executable file not found") || has("no such file or directory")) return 127;
    if (has("permission denied") || has("is a directory")) return 126;
    return 128;
}

Task<void> abandon(Core& core, LivePtr container, Phase before, std::string reason) {
    ++container->run;  // what its shim still says is nobody's business
    co_await clean_up_run(core, container);
    end_attachments(*container);
    auto& state = container->record.state;
    state.pid = 0;
    state.error = reason;
    state.exit_code = failed_start_code(reason);
    if (before == Phase::created) state.wanted = Wanted::nothing;
    container->enter(before == Phase::created ? Phase::created : Phase::exited);
    settle_exit_waits(*container);
    if (container->record.host_config.auto_remove)
        co_await remove_for_good(core, container, true);
    else
        co_await save(core, container, store::Durability::relaxed);
}

}  // namespace

Task<void> start_run(Core& core, LivePtr container) {
    auto before = container->record.state.phase;
    container->enter(Phase::starting);
    container->stop_requested = false;
    container->record.state.wanted = Wanted::running;
    ++container->run;
    container->exec_base.reset();
    std::exception_ptr failure;
    std::string reason;
    try {
        co_await begin(core, container);
    } catch (const std::exception& error) {
        failure = std::current_exception();
        reason = error.what();
    }
    if (!failure) co_return;
    co_await abandon(core, container, before, reason);
    std::rethrow_exception(failure);
}

Task<bool> Containers::start(std::string name, std::string detach_keys) {
    Core& core = core_;
    auto container = core.registry.get(name);
    if (!detach_keys.empty()) container->detach_keys = parse_detach_keys(detach_keys);
    auto turn = co_await container->operation.lock();
    switch (container->record.state.phase) {
        case Phase::running:
            co_return false;
        case Phase::paused:
            throw Conflict("cannot start a paused container, try unpause instead");
        case Phase::removing:
        case Phase::dead:
            throw Conflict("container is marked for removal and cannot be started");
        default:
            break;
    }
    container->last_pause = {};
    container->record.restart_count = 0;
    co_await start_run(core, container);
    co_return true;
}

}  // namespace dhow::engine
