#include "api/images/convert.hpp"
#include "api/images/handlers.hpp"
#include "api/images/transfer.hpp"
#include "engine/model/container_config_json.hpp"

namespace dhow::api::images {

namespace {

/// `{"os": "linux", "architecture": "amd64"}`, as load and save have it since 1.48.
std::optional<oci::Platform> read_platform_document(const http::Request& request) {
    auto given = request.query.all("platform");
    if (request.version < wire::ApiVersion{1, 48} || given.empty()) return std::nullopt;
    if (given.size() > 1) throw InvalidArgument("multiple platform parameters not supported");
    return json::read<oci::Platform>(given.front());
}

image::ImportOptions read_import_options(const http::Query& query) {
    image::ImportOptions options;
    if (auto repository = query.text("repo"); !repository.empty()) {
        auto reference = oci::Reference::parse(repository);
        if (auto tag = query.text("tag"); !tag.empty()) {
            oci::check_tag(tag);
            reference.tag = tag;
        }
        options.name = reference.with_default_tag();
    }
    options.message = query.text("message");
    if (options.message.empty()) options.message = "Imported from " + query.text("fromSrc");
    options.changes = query.all("changes");
    if (auto platform = query.text("platform"); !platform.empty())
        options.platform = oci::Platform::parse(platform);
    // dhow's own: what makes an image reproducible.
    if (auto created = query.text("created"); !created.empty()) options.created = parse_timestamp(created);
    return options;
}

Task<void> save(engine::Engine& engine, Exchange& exchange, std::vector<std::string> names) {
    auto platform = read_platform_document(exchange.request());
    auto write = [&engine, names, platform](std::shared_ptr<image::Output> output) {
        return engine.images().save(names, std::move(output), platform);
    };
    co_await send_tar(exchange, http::Headers(), std::move(write));
}

}  // namespace

Task<void> import(engine::Engine& engine, Exchange& exchange) {
    const auto& query = exchange.request().query;
    if (query.text("fromSrc") != "-")
        throw NotImplemented("cannot import from {}: download it and give it as standard input (-)",
                             query.text("fromSrc"));
    auto executor = co_await asio::this_coro::executor;
    auto options = read_import_options(exchange.request().query);
    Upload upload(exchange, executor);
    ProgressAnswer answer(exchange, executor);
    std::exception_ptr failure;
    wire::ProgressLine result;
    try {
        result.status = co_await engine.images().import(upload.source(), std::move(options), answer.sink());
    } catch (const Error&) {
        failure = std::current_exception();
    }
    co_await upload.join();
    co_await answer.join();
    if (failure)
        co_await answer.fail(failure);
    else
        co_await answer.line(result);
}

Task<void> load(engine::Engine& engine, Exchange& exchange) {
    auto executor = co_await asio::this_coro::executor;
    const auto& request = exchange.request();
    auto platform = read_platform_document(request);
    bool quiet = request.query.flag("quiet", true);
    Upload upload(exchange, executor);
    ProgressAnswer answer(exchange, executor);
    std::exception_ptr failure;
    std::vector<image::Loaded> loaded;
    try {
        auto sink = quiet ? image::ProgressSink([](const image::Progress&) {}) : answer.sink();
        loaded = co_await engine.images().load(upload.source(), platform, std::move(sink));
    } catch (const Error&) {
        failure = std::current_exception();
    }
    co_await upload.join();
    co_await answer.join();
    if (failure) {
        co_await answer.fail(failure);
        co_return;
    }
    for (const auto& one : loaded) {
        wire::ProgressLine line;
        if (one.names.empty()) line.stream = fmt::format("Loaded image ID: {}\n", one.id.text());
        for (const auto& name : one.names) line.stream += fmt::format("Loaded image: {}\n", name);
        co_await answer.line(line);
    }
}

Task<void> save_many(engine::Engine& engine, Exchange& exchange) {
    auto names = exchange.request().query.all("names");
    if (names.empty()) throw InvalidArgument("no image was named: give the parameter names");
    return save(engine, exchange, std::move(names));
}

Task<void> save_one(engine::Engine& engine, Exchange& exchange) {
    return save(engine, exchange, {exchange.request().name});
}

}  // namespace dhow::api::images
