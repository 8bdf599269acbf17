// What is asked for after a build: the image elsewhere, its cache, and less of what is kept.

#include "api/build/handlers.hpp"
#include "api/convert.hpp"
#include "api/images/transfer.hpp"
#include "base/json.hpp"
#include "base/units.hpp"
#include "build/output.hpp"
#include "build/share/artifact.hpp"

namespace dhow::api::build {

Task<void> output(dhow::build::Builder& builder, http::Exchange& exchange) {
    const auto& query = exchange.request().query;
    auto type = query.text("type");
    if (type != "docker" && type != "oci" && type != "tar")
        throw InvalidArgument("type: docker, oci or tar, not {:?}", type);
    std::set<std::string> names;
    for (const auto& name : query.all("name"))
        names.insert(oci::Reference::parse(name).with_default_tag().full());
    auto& services = builder.services();
    auto find = [&services, id = query.text("image")] { return services.images.resolve(id); };
    auto image = co_await services.pool.run(std::move(find));
    std::function<Task<void>(std::shared_ptr<image::Output>)> write =
        [&services, image, type, names](std::shared_ptr<image::Output> to) -> Task<void> {
        auto work = [&services, image, type, names, to] {
            if (type == "tar")
                dhow::build::write_files(services.store, image, *to);
            else
                dhow::build::write_archive(services.store, image, names, *to);
        };
        co_await services.pool.run(std::move(work));
    };
    http::Headers none;
    co_await images::send_tar(exchange, std::move(none), std::move(write));
}

Task<void> cache(dhow::build::Builder& builder, http::Exchange& exchange) {
    const auto& query = exchange.request().query;
    auto& services = builder.services();
    auto built = builder.recent(oci::Digest::parse(query.text("image")));
    auto steps = dhow::build::steps_of_mode(built.steps, query.text("mode"));
    auto make = [&services, steps] {
        return std::make_shared<dhow::build::CacheArtifact>(
            dhow::build::make_artifact(services.store, steps, dhow::build::Packing::plain, [] {}));
    };
    auto artifact = co_await services.pool.run(std::move(make));
    auto tag = query.text("tag");
    if (tag.empty()) tag = "latest";
    std::function<Task<void>(std::shared_ptr<image::Output>)> write =
        [&services, artifact, tag](std::shared_ptr<image::Output> to) -> Task<void> {
        auto work = [&services, artifact, tag, to] {
            dhow::build::write_layout(services.store, *artifact, tag, *to);
        };
        co_await services.pool.run(std::move(work));
    };
    http::Headers none;
    co_await images::send_tar(exchange, std::move(none), std::move(write));
}

namespace {

std::int64_t bytes(const http::Query& query, const char* name) { return query.number(name).value_or(0); }

/// `filters` as docker sends them; `until` is apart from the others.
dhow::build::PruneOrder read_order(const http::Query& query) {
    dhow::build::PruneOrder order;
    order.all = query.flag("all");
    // The name that "reserved-space" had before version 1.48.
    order.reserved = std::max(bytes(query, "keep-storage"), bytes(query, "reserved-space"));
    order.max_used = bytes(query, "max-used-space");
    order.min_free = bytes(query, "min-free-space");
    std::string conditions;
    auto filters = read_filters(query);
    auto present = now();
    if (auto until = filters.until(present)) order.duration = present - *until;
    for (const auto& [name, values] : filters.all()) {
        if (name == "until") continue;
        for (const auto& value : values) {
            bool is_flag = name != "id" && name != "parent" && name != "description" && name != "type";
            if (!conditions.empty()) conditions += ',';
            conditions += is_flag ? name : name + (name == "type" ? "==" : "~=") + value;
        }
    }
    order.filter = dhow::build::CacheFilter::parse({conditions});
    return order;
}

}  // namespace

Task<void> prune(Place place, http::Exchange& exchange) {
    auto order = read_order(exchange.request().query);
    std::function<Task<void>(std::string)> remove = [&place](std::string id) -> Task<void> {
        co_await place.engine.images().remove(std::move(id), false, false);
    };
    auto gone = co_await place.builder.prune(std::move(order), std::move(remove));
    json::Object answer;
    json::Array ids;
    std::int64_t space = 0;
    for (const auto& record : gone) {
        ids.emplace_back(record.id);
        if (!record.shared) space += record.size;
    }
    answer["CachesDeleted"] = std::move(ids);
    answer["SpaceReclaimed"] = space;
    co_await exchange.json_text(200, json::dump(answer));
}

}  // namespace dhow::api::build
