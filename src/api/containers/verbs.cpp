#include <utility>

#include "api/containers/handlers.hpp"
#include "api/convert.hpp"

namespace dhow::api::containers {

namespace {

std::optional<int> stop_timeout(const http::Query& query) {
    auto seconds = query.number("t");
    if (!seconds) return std::nullopt;
    if (!std::in_range<int>(*seconds)) throw InvalidArgument("invalid timeout: {} seconds", *seconds);
    return static_cast<int>(*seconds);
}

/// Before 1.42 there was no such parameter.
std::string stop_signal(const http::Request& request) {
    return request.version >= wire::ApiVersion{1, 42} ? request.query.text("signal") : "";
}

}  // namespace

Task<void> start(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    // Until 1.23 a HostConfig came here; one that is ignored would be a container without its limits.
    bool has_document =
        request.content_length ? *request.content_length > 7 : !request.header("Transfer-Encoding").empty();
    if (has_document)
        throw InvalidArgument(
            "starting container with non-empty request body was deprecated since API v1.22 and removed in "
            "v1.24");
    if (!request.query.text("checkpoint").empty())
        throw NotImplemented("checkpoints are not available in this release of dhow");
    bool started = co_await engine.containers().start(request.name, request.query.text("detachKeys"));
    co_await exchange.no_content(started ? 204 : 304);
}

Task<void> stop(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    bool stopped =
        co_await engine.containers().stop(request.name, stop_timeout(request.query), stop_signal(request));
    co_await exchange.no_content(stopped ? 204 : 304);
}

Task<void> restart(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    co_await engine.containers().restart(request.name, stop_timeout(request.query), stop_signal(request));
    co_await exchange.no_content();
}

Task<void> kill(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    try {
        co_await engine.containers().kill(request.name, request.query.text("signal"));
    } catch (Error& error) {
        error.add_context("cannot kill container: " + request.name);
        throw;
    }
    co_await exchange.no_content();
}

Task<void> pause(engine::Engine& engine, Exchange& exchange) {
    co_await engine.containers().pause(exchange.request().name);
    co_await exchange.no_content();
}

Task<void> unpause(engine::Engine& engine, Exchange& exchange) {
    co_await engine.containers().unpause(exchange.request().name);
    co_await exchange.no_content();
}

Task<void> rename(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    co_await engine.containers().rename(request.name, request.query.text("name"));
    co_await exchange.no_content();
}

Task<void> resize(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    auto size = read_terminal_size(request.query);
    co_await engine.containers().resize(request.name, size.rows, size.columns);
    co_await exchange.respond(http::Response(200));
}

Task<void> remove(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    engine::RemoveRequest wanted;
    wanted.force = request.query.flag("force");
    wanted.volumes = request.query.flag("v");
    wanted.link = request.query.flag("link");
    co_await engine.containers().remove(request.name, wanted);
    co_await exchange.no_content();
}

}  // namespace dhow::api::containers
