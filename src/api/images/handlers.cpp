#include "api/images/handlers.hpp"

#include "api/convert.hpp"
#include "api/images/convert.hpp"
#include "wire/versions.hpp"

namespace dhow::api::images {

namespace {

/// This machine's platform is the only one an image has here.
void refuse_other_manifests(const http::Query& query) {
    if (!query.all("platforms").empty())
        throw NotImplemented(
            "deleting one platform of an image is not available: dhow keeps one platform an image");
}

}  // namespace

Task<void> list(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    engine::ImageListRequest wanted;
    wanted.all = request.query.flag("all");
    wanted.shared_size = request.version >= wire::ApiVersion{1, 42} && request.query.flag("shared-size");
    wanted.containers = request.version >= wire::ApiVersion{1, 51};
    wanted.filters = read_filters(request.query);
    // Before the filter `reference` there was this parameter.
    if (auto pattern = request.query.text("filter");
        !pattern.empty() && request.version < wire::ApiVersion{1, 41})
        wanted.filters.add("reference", pattern);

    json::Array answer;
    for (const auto& summary : co_await engine.images().list(std::move(wanted))) {
        auto document = json::to(to_wire(summary));
        wire::shape_image_summary(document, request.version);
        answer.push_back(std::move(document));
    }
    co_await exchange.json_text(200, json::dump(answer));
}

Task<void> inspect(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    auto image = co_await engine.images().inspect(request.name);
    auto document = json::to(to_wire(image));
    wire::shape_image_inspect(document, request.version);
    co_await exchange.json_text(200, json::dump(document));
}

Task<void> history(engine::Engine& engine, Exchange& exchange) {
    std::vector<wire::ImageHistoryItem> document;
    for (const auto& entry : co_await engine.images().history(exchange.request().name))
        document.push_back(to_wire(entry));
    co_await exchange.json(200, document);
}

Task<void> tag(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    co_await engine.images().tag(request.name, request.query.text("repo"), request.query.text("tag"));
    co_await exchange.respond(http::Response(201));
}

Task<void> remove(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    refuse_other_manifests(request.query);
    std::vector<wire::ImageDeleted> document;
    bool force = request.query.flag("force");
    bool prune_parents = !request.query.flag("noprune");
    for (const auto& removed : co_await engine.images().remove(request.name, force, prune_parents))
        document.push_back(to_wire(removed));
    co_await exchange.json(200, document);
}

Task<void> prune(engine::Engine& engine, Exchange& exchange) {
    auto report = co_await engine.images().prune(read_filters(exchange.request().query));
    wire::ImagesPruned document;
    for (const auto& removed : report.removed) document.images_deleted.push_back(to_wire(removed));
    document.space_reclaimed = static_cast<std::uint64_t>(report.space_reclaimed);
    co_await exchange.json(200, document);
}

}  // namespace dhow::api::images
