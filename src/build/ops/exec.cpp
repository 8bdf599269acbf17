#include "build/ops/exec.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/async/sync.hpp"
#include "base/error.hpp"
#include "bundle/bundle.hpp"
#include "bundle/user.hpp"
#include "shim/client/client.hpp"
#include "store/trash.hpp"

namespace dhow::build {

namespace {

/// One container's life, from its directories to their removal.
struct Execution {
    Execution(Services& room, const Request& request, Workspace& space)
        : services(room), build(request), workspace(space), changed(room.executor) {}

    Services& services;
    const Request& build;
    Workspace& workspace;
    std::string sandbox;
    std::shared_ptr<shim::Client> shim;
    Signal changed;
    std::optional<shim::ExitStatus> exit;
    bool lost = false;

    std::filesystem::path run_directory() const {
        return services.options.exec_root / "containers" / workspace.id();
    }
    std::filesystem::path state_root() const { return services.options.exec_root / "runtime"; }
};

bundle::EtcFiles etc_files(const Execution& execution, const ExecRequest& request,
                           const std::string& address) {
    bundle::EtcFiles files;
    files.hostname = execution.workspace.id().substr(0, 12);
    for (const auto& entry : execution.build.extra_hosts) {
        auto colon = entry.find(':');
        files.hosts.push_back({entry.substr(colon + 1), entry.substr(0, colon)});
    }
    if (!address.empty()) files.hosts.push_back({address, files.hostname});
    const auto& options = execution.services.options;
    files.nameservers = options.dns;
    files.searches = options.dns_search;
    files.options = options.dns_options;
    files.keep_loopback_nameservers = request.network.mode == Network::Mode::host;
    if (std::ifstream host("/etc/resolv.conf"); host) {
        std::ostringstream text;
        text << host.rdbuf();
        files.host_resolv_conf = text.str();
    }
    return files;
}

/// A namespace with an address of the bridge. @return the address
std::string connect(Execution& execution, const ExecRequest& request, bundle::Spec& spec) {
    using Mode = bundle::Namespace::Mode;
    if (request.network.mode == Network::Mode::host) {
        spec.namespaces.network.mode = Mode::host;
        return "";
    }
    auto sandbox = execution.services.networks.take_sandbox();
    execution.sandbox = sandbox.id;
    spec.namespaces.network = {Mode::join, sandbox.path};
    if (request.network.mode == Network::Mode::none) return "";
    network::EndpointRequest endpoint;
    endpoint.network_id = request.network.id;
    endpoint.sandbox_id = sandbox.id;
    endpoint.container_id = execution.workspace.id();
    endpoint.container_name = "build-" + execution.workspace.id().substr(0, 12);
    return execution.services.networks.attach(endpoint).ipv4_address;
}

std::vector<std::string> mount_points(const ExecRequest& request) {
    std::vector<std::string> points{"/proc/",        "/sys/",      "/dev/",
                                    "/etc/hostname", "/etc/hosts", "/etc/resolv.conf"};
    for (const auto& mount : request.mounts) {
        if (mount.destination.starts_with("/dev/")) continue;  // on a file system of its own
        bool is_file =
            mount.kind == bundle::Mount::Kind::bind && !std::filesystem::is_directory(mount.source);
        points.push_back(is_file ? mount.destination : mount.destination + "/");
    }
    return points;
}

/// On the pool: everything that the runtime reads.
void prepare(Execution& execution, const ExecRequest& request) {
    auto directory = execution.run_directory();
    auto& workspace = execution.workspace;
    workspace.add_mount_points(mount_points(request));
    bundle::Spec spec;
    spec.id = workspace.id();
    spec.hostname = workspace.id().substr(0, 12);
    spec.overlay = {workspace.lower(), workspace.snapshot().upperdir, workspace.snapshot().workdir};
    spec.root = workspace.snapshot().merged;
    spec.args = request.args;
    spec.env = request.env;
    spec.cwd = request.cwd.empty() ? "/" : request.cwd;
    std::vector<std::filesystem::path> layers{workspace.snapshot().upperdir};
    layers.insert(layers.end(), workspace.lower().begin(), workspace.lower().end());
    spec.user = bundle::resolve_user(bundle::RootView(layers), request.user, {});
    spec.mounts = request.mounts;
    spec.resources = execution.build.resources;
    spec.rlimits = execution.build.rlimits;
    spec.shm_size = execution.build.shm_size;
    spec.cgroup_parent = execution.build.cgroup_parent.empty() ? execution.services.options.cgroup_parent
                                                               : execution.build.cgroup_parent;
    auto address = connect(execution, request, spec);
    auto etc = bundle::write_etc(etc_files(execution, request, address), directory);
    spec.hostname_path = etc.hostname;
    spec.hosts_path = etc.hosts;
    spec.resolv_conf_path = etc.resolv_conf;
    bundle::write(spec, directory);
}

Task<void> spawn(std::shared_ptr<Execution> execution) {
    shim::Spec spec;
    spec.id = execution->workspace.id();
    spec.runtime = execution->services.options.runtime;
    spec.bundle = execution->run_directory();
    spec.state_root = execution->state_root();
    spec.run_directory = execution->run_directory();
    spec.log.driver = "none";
    std::weak_ptr<Execution> weak = execution;
    shim::Events events;
    events.exited = [weak](const shim::ExitStatus& status) {
        if (auto self = weak.lock()) {
            self->exit = status;
            self->changed.notify();
        }
    };
    events.lost = [weak] {
        if (auto self = weak.lock()) {
            self->lost = true;
            self->changed.notify();
        }
    };
    execution->shim = co_await shim::spawn(std::move(spec), std::move(events), execution->services.pool);
}

/// docker's frames: 1 byte stream, 3 zero, 4 length, payload.
Task<void> read_frames(UniqueFd stream, ExecOutput output) {
    auto executor = co_await asio::this_coro::executor;
    asio::local::stream_protocol::socket socket(executor, asio::local::stream_protocol(), stream.release());
    std::string waiting;
    std::string buffer(32 << 10, '\0');
    while (true) {
        boost::system::error_code ended;
        auto count = co_await socket.async_read_some(asio::buffer(buffer),
                                                     asio::redirect_error(asio::use_awaitable, ended));
        if (ended) co_return;
        waiting.append(buffer, 0, count);
        while (waiting.size() >= 8) {
            std::size_t size = 0;
            for (std::size_t i = 4; i < 8; ++i) size = size << 8 | static_cast<unsigned char>(waiting[i]);
            if (waiting.size() < 8 + size) break;
            bool is_error = waiting[0] == 2;
            std::string payload = waiting.substr(8, size);
            waiting.erase(0, 8 + size);
            co_await output(is_error, std::move(payload));
        }
    }
}

Task<void> kill(std::shared_ptr<Execution> execution) {
    try {
        co_await execution->shim->kill(SIGKILL, true);
    } catch (const Error&) {
        // It has ended by itself.
    }
}

Task<void> run(std::shared_ptr<Execution> execution, ExecRequest request, ExecOutput output,
               Cancellation& stop) {
    std::filesystem::create_directories(execution->run_directory());
    auto prepare_files = [execution, request] { prepare(*execution, request); };
    co_await execution->services.pool.run(std::move(prepare_files));
    co_await spawn(execution);
    co_await execution->shim->create();
    shim::AttachRequest attach;
    attach.out = attach.err = true;
    auto stream = co_await execution->shim->attach(std::move(attach));
    stop.check();
    std::function<void()> action = [execution] {
        asio::co_spawn(execution->services.executor, kill(execution), asio::detached);
    };
    Cancellation::Registration registration(stop, std::move(action));
    co_await execution->shim->start();
    co_await read_frames(std::move(stream), std::move(output));
    while (!execution->exit && !execution->lost) co_await execution->changed.wait();
}

Task<void> clean_up(std::shared_ptr<Execution> execution) {
    bool remains = execution->lost;
    if (auto shim = std::exchange(execution->shim, nullptr)) {
        try {
            co_await shim->dismiss();
        } catch (const Error&) {
            remains = true;
        }
    }
    if (remains) {
        auto runtime = execution->services.options.runtime;
        auto root = execution->state_root();
        auto id = execution->workspace.id();
        co_await shim::remove_remains(runtime, root, id, execution->services.pool);
    }
    auto remove = [execution] {
        if (!execution->sandbox.empty()) execution->services.networks.release_sandbox(execution->sandbox);
        store::remove_tree(execution->run_directory());
    };
    co_await execution->services.pool.run(std::move(remove));
}

}  // namespace

Task<ExecOutcome> run_in_container(Services& services, const Request& build, Workspace& workspace,
                                   ExecRequest request, ExecOutput output, Cancellation& stop) {
    auto execution = std::make_shared<Execution>(services, build, workspace);
    std::exception_ptr failure;
    try {
        co_await run(execution, std::move(request), std::move(output), stop);
    } catch (...) {
        failure = std::current_exception();
    }
    std::exception_ptr unclean;
    try {
        co_await clean_up(execution);
    } catch (...) {
        unclean = std::current_exception();
    }
    stop.check();
    if (failure) std::rethrow_exception(failure);
    if (unclean) std::rethrow_exception(unclean);
    if (!execution->exit) throw InternalError("the supervisor of the container was killed");
    co_return ExecOutcome{execution->exit->code, execution->exit->oom_killed};
}

}  // namespace dhow::build
