#include "api/containers/handlers.hpp"

#include "api/containers/convert.hpp"
#include "api/convert.hpp"
#include "wire/exec.hpp"
#include "wire/versions.hpp"

namespace dhow::api::containers {

Task<void> create(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    auto document = co_await exchange.document<wire::ContainerCreate>();
    auto warnings = wire::adapt(document, request.version);
    auto wanted = to_engine(document, wire::read_only_is_shallow(request.version));
    wanted.name = request.query.text("name");
    if (request.version >= wire::ApiVersion{1, 41}) wanted.platform = request.query.text("platform");

    auto created = co_await engine.containers().create(std::move(wanted));
    wire::ContainerCreateResponse response;
    response.id = std::move(created.id);
    response.warnings = std::move(created.warnings);
    response.warnings.insert(response.warnings.end(), warnings.begin(), warnings.end());
    co_await exchange.json(201, response);
}

Task<void> list(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    engine::ListRequest wanted;
    wanted.all = request.query.flag("all");
    wanted.size = request.query.flag("size");
    wanted.limit = static_cast<int>(request.query.number("limit").value_or(0));
    wanted.filters = read_filters(request.query);

    json::Array answer;
    for (const auto& summary : co_await engine.containers().list(std::move(wanted))) {
        auto document = json::to(to_wire(summary));
        wire::shape_container_summary(document, request.version);
        answer.push_back(std::move(document));
    }
    co_await exchange.json_text(200, json::dump(answer));
}

Task<void> inspect(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    auto details = co_await engine.containers().inspect(request.name, request.query.flag("size"));
    auto document = json::to(to_wire(details));
    wire::shape_container_inspect(document, request.version);
    co_await exchange.json_text(200, json::dump(document));
}

Task<void> top(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    auto table = co_await engine.containers().top(request.name, request.query.text("ps_args"));
    wire::ContainerTop document;
    document.titles = std::move(table.titles);
    document.processes = std::move(table.processes);
    co_await exchange.json(200, document);
}

Task<void> changes(engine::Engine& engine, Exchange& exchange) {
    auto found = co_await engine.containers().changes(exchange.request().name);
    if (found.empty()) {
        // Go writes the nil slice of a container without changes so.
        co_await exchange.json_text(200, "null");
        co_return;
    }
    std::vector<wire::FilesystemChange> document;
    for (const auto& change : found) document.push_back({static_cast<int>(change.kind), change.path});
    co_await exchange.json(200, document);
}

Task<void> commit(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    auto container = request.query.text("container");
    engine::CommitRequest wanted;
    if (auto repository = request.query.text("repo"); !repository.empty()) {
        auto name = oci::Reference::parse(repository);
        if (name.digest) throw InvalidArgument("cannot import digest reference");
        if (auto tag = request.query.text("tag"); !tag.empty()) {
            oci::check_tag(tag);
            name.tag = tag;
        }
        wanted.name = name.with_default_tag();
    }
    wanted.author = request.query.text("author");
    wanted.message = request.query.text("comment");
    wanted.changes = request.query.all("changes");
    wanted.pause = request.query.flag("pause", true);
    auto body = co_await exchange.body();
    if (!body.empty() && body != "null" && body != "null\n")
        wanted.config = to_engine(json::read<wire::ContainerConfig>(body));
    wire::IdResponse response;
    response.id = co_await engine.containers().commit(container, std::move(wanted));
    co_await exchange.json(201, response);
}

Task<void> update(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    auto document = co_await exchange.document<wire::ContainerUpdate>();
    wire::adapt(document, request.version);
    wire::ContainerUpdateResponse response;
    response.warnings = co_await engine.containers().update(request.name, to_engine(document));
    co_await exchange.json(200, response);
}

Task<void> prune(engine::Engine& engine, Exchange& exchange) {
    auto pruned = co_await engine.containers().prune(read_filters(exchange.request().query));
    wire::ContainersPruned document;
    document.containers_deleted = std::move(pruned.deleted);
    document.space_reclaimed = pruned.space_reclaimed;
    co_await exchange.json(200, document);
}

}  // namespace dhow::api::containers
