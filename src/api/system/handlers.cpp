#include "api/system/handlers.hpp"

#include "api/containers/convert.hpp"
#include "api/convert.hpp"
#include "api/images/convert.hpp"
#include "api/system/convert.hpp"
#include "api/volumes/handlers.hpp"
#include "wire/disk_usage.hpp"
#include "wire/versions.hpp"

namespace dhow::api::system {

Task<void> ping(Exchange& exchange) {
    http::Response response(200, "text/plain; charset=utf-8", "OK");
    if (exchange.request().method == http::Method::head) response.body.clear();
    response.headers.emplace_back("Cache-Control", "no-cache, no-store, must-revalidate");
    response.headers.emplace_back("Pragma", "no-cache");
    // What POST /build speaks: "1" is the classic builder. Clients that bring buildx find BuildKit's API by
    // themselves.
    response.headers.emplace_back("Builder-Version", "1");
    response.headers.emplace_back("Swarm", "inactive");
    return exchange.respond(std::move(response));
}

Task<void> answer_options(Exchange& exchange) { return exchange.respond(http::Response(200)); }

Task<void> version(engine::Engine& engine, Exchange& exchange) {
    co_await exchange.json(200, to_wire(engine.system().version()));
}

Task<void> info(engine::Engine& engine, Exchange& exchange) {
    auto facts = co_await engine.system().info();
    auto document = json::to(to_wire(facts, engine.options()));
    wire::shape_info(document, exchange.request().version);
    co_await exchange.json_text(200, json::dump(document));
}

Task<void> events(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    engine::EventsQuery query;
    query.since = read_moment(request.query, "since");
    query.until = read_moment(request.query, "until");
    query.filters = read_filters(request.query);
    if (query.since && query.until && *query.until < *query.since)
        throw InvalidArgument("`since` time ({}) cannot be after `until` time ({})",
                              request.query.text("since"), request.query.text("until"));
    auto stream = engine.events().subscribe(std::move(query));
    exchange.on_disconnect([&stream] { stream->close(); });
    co_await exchange.start_stream("application/json");
    for (;;) {
        auto event = co_await stream->next();
        if (!event) break;
        // Images have had a create event since 1.46.
        bool unknown =
            request.version < wire::ApiVersion{1, 46} && event->type == "image" && event->action == "create";
        if (!unknown) co_await exchange.write(json::write(to_wire(*event)) + "\n");
    }
}

namespace {

struct Wanted {
    bool containers = false, images = false, volumes = false, build_cache = false;
};

Wanted read_types(const http::Request& request) {
    auto types = request.query.all("type");
    Wanted wanted;
    if (types.empty() || request.version < wire::ApiVersion{1, 42}) {
        wanted.containers = wanted.images = wanted.volumes = wanted.build_cache = true;
        return wanted;
    }
    for (const auto& type : types) {
        if (type == "container")
            wanted.containers = true;
        else if (type == "image")
            wanted.images = true;
        else if (type == "volume")
            wanted.volumes = true;
        else if (type == "build-cache")
            wanted.build_cache = true;
        else
            throw InvalidArgument("unknown object type: {}", type);
    }
    return wanted;
}

Task<std::vector<wire::ContainerSummary>> all_containers(engine::Engine& engine) {
    engine::ListRequest request;
    request.all = true;
    request.size = true;
    std::vector<wire::ContainerSummary> documents;
    for (const auto& summary : co_await engine.containers().list(std::move(request)))
        documents.push_back(containers::to_wire(summary));
    co_return documents;
}

Task<std::vector<wire::ImageSummary>> all_images(engine::Engine& engine) {
    engine::ImageListRequest request;
    request.shared_size = true;
    request.containers = true;
    std::vector<wire::ImageSummary> documents;
    for (const auto& summary : co_await engine.images().list(std::move(request)))
        documents.push_back(images::to_wire(summary));
    co_return documents;
}

Task<std::vector<wire::Volume>> all_volumes(engine::Engine& engine) {
    auto usage = co_await engine.volumes().usage();
    std::vector<wire::Volume> documents;
    for (const auto& volume : engine.volumes().list({})) {
        auto document = volumes::to_wire(volume);
        if (auto found = usage.find(volume.name); found != usage.end()) {
            wire::VolumeUsage used;
            used.ref_count = found->second.ref_count;
            used.size = found->second.size;
            document.usage_data = used;
        }
        documents.push_back(std::move(document));
    }
    co_return documents;
}

}  // namespace

Task<void> disk_usage(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    auto wanted = read_types(request);
    wire::DiskUsage usage;
    if (wanted.images) {
        usage.layers_size = co_await engine.images().layers_size();
        usage.images = co_await all_images(engine);
    }
    if (wanted.containers) usage.containers = co_await all_containers(engine);
    if (wanted.volumes) usage.volumes = co_await all_volumes(engine);
    if (wanted.build_cache) usage.build_cache.emplace();
    auto document = json::to(usage);
    wire::shape_disk_usage(document, request.version);
    co_await exchange.json_text(200, json::dump(document));
}

}  // namespace dhow::api::system
