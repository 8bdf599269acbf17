#include "api/containers/convert.hpp"
#include "api/containers/handlers.hpp"
#include "api/convert.hpp"
#include "api/stream_type.hpp"
#include "base/async/sync.hpp"

namespace dhow::api::containers {

namespace {

/// What a container wrote before the client came.
Task<void> replay_log(Exchange& exchange, std::shared_ptr<engine::LogStream> log) {
    for (;;) {
        auto bytes = co_await log->next();
        if (!bytes) co_return;
        co_await exchange.write_raw(*bytes);
    }
}

std::optional<std::uint64_t> read_tail(const http::Query& query) {
    auto text = query.text("tail");
    if (text.empty() || text == "all") return std::nullopt;
    try {
        auto lines = query.number("tail");
        // dockerd shows all lines for what is no number of lines.
        if (lines && *lines >= 0) return static_cast<std::uint64_t>(*lines);
    } catch (const InvalidArgument&) {
    }
    return std::nullopt;
}

}  // namespace

Task<void> attach(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    const auto& query = request.query;
    auto& containers = engine.containers();

    engine::AttachRequest wanted;
    wanted.in = query.flag("stdin");
    wanted.out = query.flag("stdout");
    wanted.err = query.flag("stderr");
    if (query.has("detachKeys") && !query.text("detachKeys").empty())
        wanted.detach_keys = query.text("detachKeys");

    bool with_stream = query.flag("stream");
    bool with_log = query.flag("logs");
    std::shared_ptr<engine::Attachment> attachment;
    if (with_stream) attachment = containers.attach(request.name, wanted);
    std::shared_ptr<engine::LogStream> log;
    if (with_log) {
        engine::LogsQuery before;
        before.out = wanted.out;
        before.err = wanted.err;
        log = containers.logs(request.name, before);
    }
    bool terminal = containers.has_terminal(request.name);
    co_await exchange.body();
    co_await exchange.upgrade(stream_type(terminal, request.version));
    if (log) co_await replay_log(exchange, log);
    if (!attachment) co_return;

    exchange.on_disconnect([&attachment] { attachment->close(); });
    auto stream = co_await attachment->stream();
    if (stream) co_await exchange.relay(std::move(stream));
}

Task<void> logs(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    const auto& query = request.query;
    engine::LogsQuery wanted;
    wanted.out = query.flag("stdout");
    wanted.err = query.flag("stderr");
    if (!wanted.out && !wanted.err)
        throw InvalidArgument("Bad parameters: you must choose at least one stream");
    wanted.follow = query.flag("follow");
    wanted.timestamps = query.flag("timestamps");
    wanted.details = query.flag("details");
    wanted.since = read_moment(query, "since");
    // "0" is what clients without a limit send.
    if (query.text("until") != "0") wanted.until = read_moment(query, "until");
    wanted.tail = read_tail(query);

    auto log = engine.containers().logs(request.name, wanted);
    exchange.on_disconnect([&log] { log->close(); });
    co_await exchange.start_stream(stream_type(log->tty(), request.version));
    for (;;) {
        auto bytes = co_await log->next();
        if (!bytes) break;
        co_await exchange.write(*bytes);
    }
}

Task<void> stats(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    auto& containers = engine.containers();
    constexpr auto interval = std::chrono::seconds(1);
    bool streaming = request.query.flag("stream", true);
    bool one_shot = request.version >= wire::ApiVersion{1, 41} && request.query.flag("one-shot");

    TimedSignal gone(co_await asio::this_coro::executor);
    bool is_gone = false;
    exchange.on_disconnect([&] {
        is_gone = true;
        gone.notify();
    });
    std::string id = containers.resolve(request.name);
    auto sample = co_await containers.stats(id);
    if (!streaming) {
        // Rates need two readings; who wants one alone says so, and a stopped container has none.
        if (one_shot || !sample.running) {
            co_await exchange.json(200, to_wire(sample, nullptr));
            co_return;
        }
        co_await gone.wait_for(interval);
        auto second = co_await containers.stats(id);
        co_await exchange.json(200, to_wire(second, &sample));
        co_return;
    }
    co_await exchange.start_stream("application/json");
    co_await exchange.write(json::write(to_wire(sample, nullptr)) + "\n");
    while (!is_gone) {
        co_await gone.wait_for(interval);
        if (is_gone) break;
        auto next = co_await containers.stats(id);
        co_await exchange.write(json::write(to_wire(next, &sample)) + "\n");
        sample = std::move(next);
    }
}

namespace {

engine::WaitCondition read_condition(const http::Request& request) {
    if (request.version < wire::ApiVersion{1, 30}) return engine::WaitCondition::not_running;
    auto text = request.query.text("condition");
    if (text.empty() || text == "not-running") return engine::WaitCondition::not_running;
    if (text == "next-exit") return engine::WaitCondition::next_exit;
    if (text == "removed") return engine::WaitCondition::removed;
    throw InvalidArgument("invalid condition: \"{}\"", text);
}

}  // namespace

Task<void> wait(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    auto exit = engine.containers().wait(request.name, read_condition(request));
    exchange.on_disconnect([&exit] { exit->close(); });
    // From 1.30 on the head tells the client that its wait is registered, so that it may start the container.
    bool early_head = request.version >= wire::ApiVersion{1, 30};
    if (early_head) co_await exchange.start_stream("application/json");

    auto result = co_await exit->result();
    if (!result) throw Unavailable("the wait was ended");
    wire::ContainerWait document;
    document.status_code = result->exit_code;
    if (!result->error.empty()) document.error = wire::WaitExitError{result->error};
    if (early_head)
        co_await exchange.write(json::write(document) + "\n");
    else
        co_await exchange.json(200, document);
}

}  // namespace dhow::api::containers
