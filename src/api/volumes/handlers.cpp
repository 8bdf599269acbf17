#include "api/volumes/handlers.hpp"

#include "api/convert.hpp"

namespace dhow::api::volumes {

wire::Volume to_wire(const engine::Volume& volume) {
    wire::Volume out;
    out.created_at = format_timestamp(std::chrono::floor<std::chrono::seconds>(volume.created_at));
    out.driver = volume.driver;
    out.labels = volume.labels;
    out.mountpoint = volume.mountpoint;
    out.name = volume.name;
    out.options = volume.options;
    out.scope = "local";
    return out;
}

Task<void> list(engine::Engine& engine, Exchange& exchange) {
    wire::VolumeList document;
    for (const auto& volume : engine.volumes().list(read_filters(exchange.request().query)))
        document.volumes.push_back(to_wire(volume));
    co_await exchange.json(200, document);
}

Task<void> create(engine::Engine& engine, Exchange& exchange) {
    auto document = co_await exchange.document<wire::VolumeCreate>(true);
    if (document.cluster_volume_spec)
        throw Unavailable("cluster volumes need a swarm: this node is not a swarm manager");
    engine::VolumeCreateRequest wanted;
    wanted.name = std::move(document.name);
    wanted.driver = std::move(document.driver);
    wanted.options = std::move(document.driver_opts);
    wanted.labels = std::move(document.labels);
    auto volume = co_await engine.volumes().create(std::move(wanted));
    co_await exchange.json(201, to_wire(volume));
}

Task<void> inspect(engine::Engine& engine, Exchange& exchange) {
    co_await exchange.json(200, to_wire(engine.volumes().inspect(exchange.request().name)));
}

Task<void> remove(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    co_await engine.volumes().remove(request.name, request.query.flag("force"));
    co_await exchange.no_content();
}

Task<void> prune(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    auto filters = read_filters(request.query);
    // Until 1.41 named volumes were pruned as well.
    if (request.version < wire::ApiVersion{1, 42} && !filters.has("all")) filters.add("all", "true");
    auto pruned = co_await engine.volumes().prune(std::move(filters));
    wire::VolumesPruned document;
    document.volumes_deleted = std::move(pruned.deleted);
    document.space_reclaimed = pruned.space_reclaimed;
    co_await exchange.json(200, document);
}

}  // namespace dhow::api::volumes
