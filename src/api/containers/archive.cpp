// Files of containers as tars.

#include "api/containers/handlers.hpp"
#include "api/images/transfer.hpp"
#include "base/base64.hpp"
#include "wire/container_path.hpp"

namespace dhow::api::containers {

namespace {

http::Headers stat_headers(const engine::PathStat& stat) {
    wire::ContainerPathStat document;
    document.name = stat.name;
    document.size = stat.size;
    document.mode = wire::to_file_mode(stat.mode);
    document.mtime = format_timestamp(stat.modified);
    document.link_target = stat.link_target;
    return {{"X-Docker-Container-Path-Stat", base64_encode(json::write(document))}};
}

}  // namespace

Task<void> stat_path(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    auto stat = co_await engine.containers().stat_path(request.name, request.query.text("path"));
    http::Response response(200);
    response.headers = stat_headers(stat);
    co_await exchange.respond(std::move(response));
}

Task<void> read_archive(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    auto path = request.query.text("path");
    auto stat = co_await engine.containers().stat_path(request.name, path);
    auto write = [&engine, name = request.name, path](std::shared_ptr<image::Output> output) {
        return engine.containers().read_archive(name, path, std::move(output));
    };
    co_await images::send_tar(exchange, stat_headers(stat), std::move(write));
}

Task<void> write_archive(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    engine::ExtractRequest wanted;
    wanted.path = request.query.text("path");
    wanted.keeps_kinds = request.query.flag("noOverwriteDirNonDir");
    wanted.user_owns = request.query.flag("copyUIDGID");
    auto executor = co_await asio::this_coro::executor;
    images::Upload upload(exchange, executor);
    std::exception_ptr failure;
    try {
        co_await engine.containers().write_archive(request.name, std::move(wanted), upload.source());
    } catch (const Error&) {
        failure = std::current_exception();
    }
    co_await upload.join();
    if (failure) std::rethrow_exception(failure);
    co_await exchange.respond(http::Response(200));
}

Task<void> export_root(engine::Engine& engine, Exchange& exchange) {
    auto name = engine.containers().resolve(exchange.request().name);
    auto write = [&engine, name](std::shared_ptr<image::Output> output) {
        return engine.containers().export_root(name, std::move(output));
    };
    co_await images::send_tar(exchange, {}, std::move(write));
}

}  // namespace dhow::api::containers
