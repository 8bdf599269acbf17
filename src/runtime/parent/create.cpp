// create(): the parent's side of a container's birth.

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/defer.hpp"
#include "base/error.hpp"
#include "base/units.hpp"
#include "linux/cgroup/cgroup.hpp"
#include "linux/idmap.hpp"
#include "linux/proc.hpp"
#include "runtime/container.hpp"
#include "runtime/init/init.hpp"
#include "runtime/parent/channel.hpp"
#include "runtime/parent/clone.hpp"
#include "runtime/parent/config_file.hpp"
#include "runtime/parent/failure_text.hpp"
#include "runtime/parent/hooks.hpp"
#include "runtime/parent/plans.hpp"
#include "runtime/parent/seccomp.hpp"
#include "runtime/state_file.hpp"

namespace dhow::runtime {

namespace {

using namespace parent;

void make_state_directory(const std::filesystem::path& state_root, const std::string& id) {
    auto directory = state_directory(state_root, id);
    if (::mkdir(directory.c_str(), 0700) == 0) return;
    if (errno == ENOENT) {
        std::filesystem::create_directories(state_root);
        check(::chmod(state_root.c_str(), 0700), "set the mode of {}", state_root.native());
        if (::mkdir(directory.c_str(), 0700) == 0) return;
    }
    if (errno == EEXIST) throw Conflict("container with given ID already exists: {}", id);
    throw_errno("make " + directory.native());
}

/// The gate that start() opens: the channel, or FIFOs that another program finds by name.
struct Gate {
    UniqueFd wait;    ///< FIFO that the child waits at
    UniqueFd report;  ///< FIFO that the child holds until it executes
};

Gate make_gate(const CreateRequest& request, int channel, init::ProgramPlan& program) {
    auto directory = state_directory(request.state_root, request.id);
    auto path = directory / gate_name;
    program.gate = program.report = channel;
    if (!request.start_by_name) {
        check(::mknod(path.c_str(), S_IFREG | 0600, 0), "create {}", path.native());
        return {};
    }
    auto report = directory / report_name;
    check(::mkfifo(path.c_str(), 0600), "create {}", path.native());
    check(::mkfifo(report.c_str(), 0600), "create {}", report.native());
    // Opened for both, a FIFO neither blocks here nor ends before somebody came.
    Gate gate{UniqueFd(check(::open(path.c_str(), O_RDWR | O_CLOEXEC), "open {}", path.native())),
              UniqueFd(check(::open(report.c_str(), O_RDWR | O_CLOEXEC), "open {}", report.native()))};
    program.gate = gate.wait.get();
    program.report = gate.report.get();
    return gate;
}

void plan_all_hooks(const oci::Hooks& hooks, init::ContainerPlan& plan, Descriptors& descriptors) {
    plan.create_container_hooks = plan_hooks(hooks.create_container);
    plan.start_container_hooks = plan_hooks(hooks.start_container);
    plan.hooks_at_namespaces = !hooks.prestart.empty() || !hooks.create_runtime.empty() ||
                               !hooks.create_container.empty() || !hooks.start_container.empty();
    if (!plan.hooks_at_namespaces) return;
    descriptors.emplace_back(check(::memfd_create("state", MFD_CLOEXEC), "create memory for the state"));
    plan.state_memory = descriptors.back().get();
}

std::vector<linux::IdRange> ranges_of(const std::vector<oci::IdMapping>& mappings) {
    std::vector<linux::IdRange> ranges;
    for (const auto& mapping : mappings)
        ranges.push_back({mapping.container_id, mapping.host_id, mapping.size});
    return ranges;
}

void run_hooks_at_namespaces(const oci::RuntimeConfig& config, const StateFile& state, int state_memory) {
    // The specification's "creating", which is no status that anyone else can see.
    auto text = hook_state(state, Status::created);
    check(::pwrite(state_memory, text.data(), text.size(), 0), "write the state for hooks");
    run_hooks(config.hooks.prestart, text);
    run_hooks(config.hooks.create_runtime, text);
}

/// Serves the child until it is ready. @throws as the child failed
void serve_child(const oci::RuntimeConfig& config, const StateFile& state, const init::ContainerPlan& plan,
                 int channel, Process& process) {
    for (;;) {
        auto received = receive(channel);
        if (!received) throw InternalError("the container's process ended before it was ready");
        switch (received->message.kind) {
            case init::Kind::failure:
                throw_failure(received->message);
            case init::Kind::user_namespace:
                linux::map_ids(process.pid, ranges_of(config.linux.uid_mappings),
                               ranges_of(config.linux.gid_mappings));
                break;
            case init::Kind::namespaces:
                run_hooks_at_namespaces(config, state, plan.state_memory);
                break;
            case init::Kind::terminal:
                process.terminal = std::move(received->descriptor);
                continue;
            case init::Kind::ready:
                return;
            case init::Kind::go_on:
                break;
        }
        if (!let_go_on(channel)) throw InternalError("the container's process ended before it was ready");
    }
}

StateFile state_of(const CreateRequest& request, const oci::RuntimeConfig& config, const std::string& cgroup,
                   const std::filesystem::path& bundle, const Process& process) {
    StateFile state;
    state.oci_version = config.oci_version;
    state.id = request.id;
    state.pid = process.pid;
    auto status = linux::process_status(process.pid);
    state.start_time = status ? status->start_time : 0;
    state.bundle = bundle;
    state.rootfs = bundle / config.root.path;
    state.cgroup = cgroup;
    state.created = format_timestamp(now());
    state.annotations = config.annotations;
    for (const auto& asked : config.linux.namespaces)
        state.namespaces |= linux::find_namespace_kind(asked.type)->flag;
    if (request.network_namespace >= 0) state.namespaces |= CLONE_NEWNET;
    state.has_user_namespace = state.namespaces & CLONE_NEWUSER;
    return state;
}

linux::cgroup::Cgroup make_cgroup(const oci::RuntimeConfig& config, const std::string& path) {
    auto cgroup = linux::cgroup::Cgroup::create(path);
    try {
        cgroup.apply(limits_of(config.linux.resources.value_or(oci::Resources{}), true));
    } catch (...) {
        cgroup.remove();
        throw;
    }
    return cgroup;
}

void remove_quietly(linux::cgroup::Cgroup& cgroup) {
    try {
        cgroup.remove();
    } catch (const Error&) {
        // The failure that led here is the one to tell.
        return;
    }
}

}  // namespace

namespace {

/// All that the child needs; the plan points into the rest.
struct Prepared {
    init::ContainerPlan plan;
    Descriptors descriptors;
    UniqueFd pid_namespace;
    std::uint64_t clone_flags = 0;
    linux::cgroup::Entry cgroup;
    ChildStreams streams;
    Channel channel;
    Gate gate;
    /// A process in a new user namespace may not raise its limits: the parent does.
    std::vector<init::LimitStep> limits_from_outside;
};

void prepare_root(const oci::RuntimeConfig& config, const std::filesystem::path& bundle,
                  const linux::cgroup::Cgroup& cgroup, Prepared& prepared) {
    auto& plan = prepared.plan;
    plan.hostname = config.hostname;
    plan.domainname = config.domainname;
    plan_root(config, bundle, plan, prepared.descriptors);
    plan_mounts(config, bundle, cgroup, plan, prepared.descriptors);
    plan_devices(config, plan);
    plan_sysctls(config, plan);
    plan.masked_paths = config.linux.masked_paths;
    plan.read_only_paths = config.linux.readonly_paths;
    plan_all_hooks(config.hooks, plan, prepared.descriptors);
}

/// Takes the descriptor of the root's mount out of the plan's.
UniqueFd take_root(Prepared& prepared) {
    for (auto& descriptor : prepared.descriptors)
        if (descriptor.get() == prepared.plan.root_mount) return std::move(descriptor);
    return {};
}

/// The descriptors that the child has a copy of.
std::vector<UniqueFd> take_used(Prepared& prepared) {
    auto used = std::move(prepared.descriptors);
    for (auto& tasks : prepared.cgroup.tasks) used.push_back(std::move(tasks));
    return used;
}

void prepare_program(const CreateRequest& request, const oci::RuntimeConfig& config, Prepared& prepared) {
    auto& program = prepared.plan.program;
    program = plan_program(*config.process);
    program.make_cwd = true;
    program.die_with_parent = request.die_with_parent;
    if (config.linux.personality) program.personality = personality_of(*config.linux.personality);
    if (config.linux.seccomp) {
        program.seccomp = seccomp_program(*config.linux.seccomp, request.state_root);
        program.seccomp_flags = seccomp_flags(*config.linux.seccomp);
    }
    prepared.streams = child_streams(request.streams);
    std::copy(std::begin(prepared.streams.fds), std::end(prepared.streams.fds), program.streams);
    if (prepared.plan.entry.new_user_namespace) prepared.limits_from_outside.swap(program.limits);
}

void prepare_talk(const CreateRequest& request, const linux::cgroup::Cgroup& cgroup, Prepared& prepared) {
    prepared.channel = make_channel();
    auto& program = prepared.plan.program;
    program.channel = prepared.channel.child.get();
    prepared.gate = make_gate(request, program.channel, program);
    prepared.cgroup = cgroup.entry();
    for (const auto& tasks : prepared.cgroup.tasks) prepared.plan.entry.cgroup_tasks.push_back(tasks.get());
}

}  // namespace

Created create(const CreateRequest& request) {
    auto bundle = std::filesystem::absolute(request.bundle).lexically_normal();
    auto config = read_config(bundle);
    check_config(config);

    make_state_directory(request.state_root, request.id);
    Defer remove_state([&] {
        std::error_code ignored;
        std::filesystem::remove_all(state_directory(request.state_root, request.id), ignored);
    });
    auto cgroup = make_cgroup(config, cgroup_path(config, request.id));
    Defer remove_cgroup([&] { remove_quietly(cgroup); });

    Prepared prepared;
    prepared.clone_flags = plan_namespaces(config, request.network_namespace, prepared.plan.entry,
                                           prepared.pid_namespace, prepared.descriptors);
    prepare_root(config, bundle, cgroup, prepared);
    prepare_program(request, config, prepared);
    prepare_talk(request, cgroup, prepared);

    auto process = clone_child(prepared.clone_flags, prepared.pid_namespace.get(),
                               prepared.cgroup.directory.get(), [&] { init::run_container(prepared.plan); });
    Defer kill_process([&] { discard(process); });
    prepared.channel.child.reset();
    if (config.process->oom_score_adj) set_oom_score(process.pid, *config.process->oom_score_adj);
    auto state = state_of(request, config, cgroup.path(), bundle, process);
    // The child is at work meanwhile.
    write_state(request.state_root, state);
    serve_child(config, state, prepared.plan, prepared.channel.parent.get(), process);
    set_limits(process.pid, prepared.limits_from_outside);
    process.root = take_root(prepared);

    kill_process.cancel();
    remove_cgroup.cancel();
    remove_state.cancel();
    return Created(std::move(process), std::move(prepared.channel.parent), take_used(prepared),
                   request.state_root, request.id, !config.hooks.poststart.empty());
}

Created::Created(Process created, UniqueFd gate, std::vector<UniqueFd> used, std::filesystem::path state_root,
                 std::string id, bool has_poststart_hooks)
    : process(std::move(created)),
      gate_(std::move(gate)),
      used_(std::move(used)),
      state_root_(std::move(state_root)),
      id_(std::move(id)),
      has_poststart_hooks_(has_poststart_hooks) {}

Created::Created(Created&& other) noexcept
    : process(std::move(other.process)),
      gate_(std::move(other.gate_)),
      used_(std::move(other.used_)),
      state_root_(std::move(other.state_root_)),
      id_(std::exchange(other.id_, {})),
      has_poststart_hooks_(other.has_poststart_hooks_) {}

Created::~Created() {
    if (id_.empty()) return;
    discard(process);
    try {
        remove(state_root_, id_, true);
    } catch (const Error&) {
        // A destructor has nobody to tell; what is left, remove() finds again.
        return;
    }
}

}  // namespace dhow::runtime
