// POST /containers/create: everything is decided and checked, then made; what fails leaves nothing.

#include <algorithm>
#include <filesystem>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "engine/containers/image_config.hpp"
#include "engine/containers/mounts.hpp"
#include "engine/containers/storage.hpp"
#include "engine/core.hpp"
#include "engine/validate/validate.hpp"

namespace dhow::engine {

namespace {

void check_platform(const std::string& wanted, const image::Image& image, const std::string& reference) {
    if (wanted.empty()) return;
    auto platform = oci::Platform::parse(wanted);
    bool fits = platform.os == image.config->os &&
                (platform.architecture.empty() || platform.architecture == image.config->architecture) &&
                (platform.variant.empty() || image.config->variant.empty() ||
                 platform.variant == image.config->variant);
    if (!fits)
        throw NotFound("image with reference {} was found but does not provide the specified platform ({})",
                       reference, platform.text());
}

void fill_defaults(Core& core, Container& record) {
    auto& host = record.host_config;
    if (host.network_mode.empty() || host.network_mode == "default") host.network_mode = "bridge";
    if (host.restart_policy.name.empty()) host.restart_policy.name = "no";
    if (host.shm_size == 0) host.shm_size = core.options.shm_size;
    if (host.ipc_mode.empty()) host.ipc_mode = "private";
    if (host.cgroupns_mode.empty())
        host.cgroupns_mode = core.host.cgroup_v2 && !host.privileged ? "private" : "host";
    if (host.runtime.empty()) host.runtime = "dhow";
    if (host.console_size.empty()) host.console_size = {0, 0};
    if (host.log_config.type.empty()) {
        host.log_config.type = core.options.log.type.empty() ? "json-file" : core.options.log.type;
        for (const auto& [name, value] : core.options.log.config) host.log_config.config.emplace(name, value);
    }
    for (const auto& limit : core.options.ulimits) {
        auto same = [&](const Ulimit& other) { return other.name == limit.name; };
        if (std::ranges::none_of(host.ulimits, same)) host.ulimits.push_back(limit);
    }
    auto& config = record.config;
    if (!config.hostname.empty()) return;
    if (host.network_mode == "host" || host.uts_mode == "host")
        config.hostname = core.host.hostname;
    else if (joined_container(host.network_mode).empty())
        config.hostname = record.short_id();
}

void split_command(Container& record) {
    std::vector<std::string> words;
    if (record.config.entrypoint) words = *record.config.entrypoint;
    if (record.config.cmd) words.insert(words.end(), record.config.cmd->begin(), record.config.cmd->end());
    record.path = words.front();
    record.args.assign(words.begin() + 1, words.end());
}

/// The networks it will be on, by name. Which exist is asked of the engine's networks.
void plan_networks(Core& core, Container& record, NetworkingConfig networking) {
    const auto& mode = record.host_config.network_mode;
    bool joined = !joined_container(mode).empty();
    for (auto& [name, settings] : networking.endpoints_config) {
        auto key = name == "default" ? std::string("bridge") : name;
        record.networks.emplace(core.networks.inspect(key).name, settings.value_or(EndpointSettings{}));
    }
    if (joined || mode == "none" || mode == "host") {
        if (joined) core.registry.get(joined_container(mode));
        std::erase_if(record.networks, [&](const auto& entry) { return entry.first == mode; });
        if (!record.networks.empty())
            throw InvalidArgument(
                "conflicting options: cannot attach both user-defined and non-user-defined "
                "network-modes");
        if (!joined) record.networks.emplace(mode, EndpointSettings{});
        return;
    }
    auto name = core.networks.inspect(mode).name;
    record.host_config.network_mode = name;
    auto& settings = record.networks[name];
    if (settings.mac_address.empty()) settings.mac_address = record.config.mac_address;
    for (const auto& [network, endpoint] : record.networks) core.networks.check_endpoint(network, endpoint);
}

/// Other containers that the modes name: they must exist now, as everything does that is named.
void check_joined(Core& core, const HostConfig& host) {
    for (const auto* mode : {&host.pid_mode, &host.ipc_mode})
        if (auto name = joined_container(*mode); !name.empty()) core.registry.get(name);
}

/// Links are the bridge's old way to names.
void refuse_links(Core& core, const HostConfig& host) {
    for (const auto& link : host.links) {
        auto name = link.substr(0, link.find(':'));
        with_context("could not get container for " + name, [&] { core.registry.get(name); });
        throw NotImplemented(
            "links are not supported: put the containers on a user-defined network, where they "
            "find each other by name");
    }
}

/// Makes the record out of a request and its image; nothing is made on disk yet.
Container plan(Core& core, CreateRequest& request, const image::Image& image) {
    Container record;
    record.id = random_hex(32);
    record.created = now();
    record.image_id = image.id.text();
    record.config = std::move(request.config);
    record.host_config = std::move(request.host_config);
    inherit(record.config, image.config->config);
    fill_defaults(core, record);
    split_command(record);
    log_options(record.host_config.log_config, core.options.log);
    check_joined(core, record.host_config);
    refuse_links(core, record.host_config);
    plan_networks(core, record, std::move(request.networking));
    record.mounts =
        plan_mounts(record.config, record.host_config, mounts_from(core, record.host_config.volumes_from));
    if (record.host_config.log_config.type != "none")
        record.log_path = (core.data_directory(record.id) / (record.id + "-json.log")).string();

    auto name = request.name.starts_with('/') ? request.name.substr(1) : request.name;
    if (!request.name.empty()) core.registry.require_free(name);
    for (int attempt = 0; name.empty(); ++attempt)
        if (auto candidate = generate_name(attempt); core.registry.is_free(candidate)) name = candidate;
    record.name = std::move(name);
    return record;
}

/// What exists on disk once a container is created.
Task<void> make(Core& core, LivePtr container, std::vector<std::string> layers) {
    auto volumes = co_await realize_mounts(core, container->record);
    std::exception_ptr failure;
    try {
        auto read_snapshot = [&core, id = container->id(), layers] {
            std::filesystem::create_directories(core.data_directory(id));
            return core.store.snapshots().prepare(id, layers);
        };
        auto snapshot = co_await core.pool.run(std::move(read_snapshot));
        for (const auto& mount : container->record.mounts)
            if (mount.type == "volume" && !mount.no_copy && mount.subpath.empty())
                co_await core.volumes.copy_up(mount.name, snapshot, mount.destination);
        // A container that removes itself promises nothing beyond this boot.
        bool temporary = container->record.host_config.auto_remove;
        co_await insert(core, container, temporary ? store::Durability::relaxed : store::Durability::durable);
    } catch (...) {
        failure = std::current_exception();
    }
    if (!failure) co_return;
    auto work = [&core, id = container->id()] { remove_directories(core, id); };
    co_await core.pool.run(std::move(work));
    co_await core.volumes.remove_unused(volumes);
    std::rethrow_exception(failure);
}

}  // namespace

Task<CreateResult> Containers::create(CreateRequest request) {
    Core& core = core_;
    CreateResult result;
    result.warnings = validate(request.config, request.host_config, core.host);
    if (request.config.image.empty()) throw InvalidArgument("no image specified");
    auto read_image = [&core, reference = request.config.image] {
        return core.image_room.resolve(reference);
    };
    auto image = co_await core.pool.run(std::move(read_image));
    check_platform(request.platform, image, request.config.image);

    LivePtr container;
    try {
        container = std::make_shared<Live>(core.executor, plan(core, request, image));
    } catch (const NotFound& error) {
        // The command line takes "not found" for a missing image, and would pull it.
        throw InvalidArgument("{}", error.message());
    }
    result.id = container->id();
    core.registry.reserve(container->record.name, container->id());
    std::exception_ptr failure;
    try {
        co_await make(core, container, image.layers);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        core.registry.release(container->record.name);
        std::rethrow_exception(failure);
    }
    core.registry.add(container);
    publish(core, container->record, "create");
    co_return result;
}

}  // namespace dhow::engine
