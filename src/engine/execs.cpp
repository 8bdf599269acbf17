#include "engine/execs.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "bundle/bundle.hpp"
#include "bundle/user.hpp"
#include "engine/core.hpp"

namespace dhow::engine {

namespace {

std::map<std::string, std::string> attributes(const Exec& exec) { return {{"execID", exec.id}}; }

std::string command_text(const Exec& exec) {
    std::string text;
    for (const auto& word : exec.config.cmd) text += (text.empty() ? "" : " ") + word;
    return text;
}

void require_running(const Live& container, const std::string& name) {
    const auto& record = container.record;
    switch (record.state.phase) {
        case Phase::running:
            return;
        case Phase::paused:
            throw Conflict("Container {} is paused, unpause the container before exec", name);
        case Phase::restarting:
            throw Conflict("Container {} is restarting, wait until the container is running", record.id);
        default:
            throw Conflict("container {} is not running", record.id);
    }
}

std::shared_ptr<Exec> get(Core& core, const std::string& id) {
    auto found = core.execs_by_id.find(id);
    if (found == core.execs_by_id.end()) throw NotFound("No such exec instance: {}", id);
    return found->second;
}

int failed_exec_code(const Error& error) {
    if (error.kind() == ErrorKind::not_found) return 127;
    return 126;
}

Task<oci::Process> describe(Core& core, LivePtr container, ExecConfig config) {
    bundle::ExecOptions options{config.cmd,  config.env, config.working_dir,
                                config.user, config.tty, config.privileged};
    if (!container->exec_base) {
        // One small file of the run directory: on a tmpfs that does not block, while another thread's help
        // costs two wake-ups.
        auto base = bundle::read_exec_base(core.run_directory(container->id()));
        container->exec_base = std::make_shared<const bundle::ExecBase>(std::move(base));
    }
    auto read_process = [base = container->exec_base, options, pid = container->record.state.pid] {
        return bundle::exec_process(*base, options, pid);
    };
    if (config.user.empty()) co_return read_process();
    co_return co_await core.pool.run(std::move(read_process));
}

std::optional<shim::AttachRequest> streams_of(const Exec& exec, const ExecStartRequest& request) {
    if (request.detach) return std::nullopt;
    const auto& config = exec.config;
    shim::AttachRequest attach;
    attach.exec_id = exec.id;
    attach.in = config.attach_stdin;
    attach.out = config.attach_stdout;
    attach.err = config.attach_stderr;
    attach.detach_keys = config.detach_keys.empty() ? parse_detach_keys(default_detach_keys)
                                                    : parse_detach_keys(config.detach_keys);
    return attach;
}

Task<shim::StartedExec> run(Core& core, LivePtr container, std::shared_ptr<Exec> exec,
                            ExecStartRequest request) {
    const auto& config = exec->config;
    auto attach = streams_of(*exec, request);
    shim::ExecRequest shim_request;
    shim_request.exec_id = exec->id;
    shim_request.in = config.attach_stdin && !request.detach;
    shim_request.process = co_await describe(core, container, config);
    auto size = request.console_size ? request.console_size : config.console_size;
    if (size && config.tty) shim_request.process.console_size = oci::ConsoleSize{size->first, size->second};
    auto shim = container->shim;
    if (!shim) throw Conflict("container {} is not running", container->id());
    co_return co_await shim->exec(std::move(shim_request), std::move(attach));
}

}  // namespace

Task<std::string> Execs::create(std::string name, ExecConfig config) {
    auto container = core_.registry.get(name);
    require_running(*container, name);
    if (config.cmd.empty()) throw InvalidArgument("No exec command specified");
    for (const auto& entry : config.env)
        if (entry.empty() || entry[0] == '=')
            throw InvalidArgument("invalid environment variable: {}", entry);
    if (!config.detach_keys.empty()) parse_detach_keys(config.detach_keys);
    if (!config.user.empty()) {
        // Looked up again when it starts; but who cannot be found is refused before there is a stream.
        auto find_user = [user = config.user, pid = container->record.state.pid] {
            bundle::resolve_user(bundle::RootView::of_process(pid), user, {});
        };
        co_await core_.pool.run(std::move(find_user));
    }
    auto exec = std::make_shared<Exec>();
    exec->id = random_hex(32);
    exec->container_id = container->id();
    exec->config = std::move(config);
    container->execs.emplace(exec->id, exec);
    core_.execs_by_id.emplace(exec->id, exec);
    publish(core_, container->record, "exec_create: " + command_text(*exec), attributes(*exec));
    co_return exec->id;
}

void Execs::require_startable(const std::string& id) const {
    auto exec = get(core_, id);
    if (exec->phase == ExecPhase::exited) throw Conflict("exec command {} has already run", id);
    if (exec->phase != ExecPhase::created) throw Conflict("exec command {} is already running", id);
    auto container = core_.registry.find_id(exec->container_id);
    if (!container) throw NotFound("No such container: {}", exec->container_id);
    require_running(*container, container->id());
}

Task<UniqueFd> Execs::start(std::string id, ExecStartRequest request) {
    require_startable(id);
    auto exec = get(core_, id);
    auto container = core_.registry.find_id(exec->container_id);
    exec->phase = ExecPhase::starting;
    publish(core_, container->record, "exec_start: " + command_text(*exec), attributes(*exec));
    UniqueFd stream;
    std::exception_ptr failure;
    try {
        auto started = co_await run(core_, container, exec, request);
        stream = std::move(started.stream);
        if (exec->phase == ExecPhase::starting) {
            exec->pid = started.pid;
            exec->phase = ExecPhase::running;
        }
    } catch (const Error& error) {
        exec->phase = ExecPhase::exited;
        exec->exit_code = failed_exec_code(error);
        failure = std::make_exception_ptr(
            Error(error.kind() == ErrorKind::internal ? ErrorKind::internal : ErrorKind::invalid_argument,
                  fmt::format(
                      "OCI runtime exec failed: exec failed: unable to start container process: {}: unknown",
                      error.message())));
    }
    if (failure) std::rethrow_exception(failure);
    co_return stream;
}

Exec Execs::inspect(const std::string& id) const { return *get(core_, id); }

Task<void> Execs::resize(std::string id, unsigned short rows, unsigned short columns) {
    auto exec = get(core_, id);
    if (exec->phase == ExecPhase::exited || exec->phase == ExecPhase::created)
        throw Conflict("exec process is not started");
    auto container = core_.registry.find_id(exec->container_id);
    if (!container || !container->shim) throw Conflict("container {} is not running", exec->container_id);
    auto shim = container->shim;
    co_await shim->resize(id, rows, columns);
}

void Execs::finish(Live& container, const std::string& id, int exit_code, Timestamp at) {
    auto found = container.execs.find(id);
    if (found == container.execs.end()) return;
    auto& exec = *found->second;
    exec.phase = ExecPhase::exited;
    exec.pid = 0;
    exec.exit_code = exit_code;
    exec.exited_at = at;
    container.changed.notify();
    auto extra = attributes(exec);
    extra.emplace("exitCode", std::to_string(exit_code));
    publish(core_, container.record, "exec_die", std::move(extra));
    // What an exec left is asked for soon or never: the oldest ended ones are forgotten.
    constexpr std::size_t kept = 128;
    if (container.execs.size() <= kept) return;
    const Exec* oldest = nullptr;
    for (const auto& [other_id, other] : container.execs)
        if (other->phase == ExecPhase::exited && (!oldest || other->exited_at < oldest->exited_at))
            oldest = other.get();
    if (!oldest) return;
    core_.execs_by_id.erase(oldest->id);
    container.execs.erase(std::string(oldest->id));
}

}  // namespace dhow::engine
