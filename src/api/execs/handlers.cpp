#include "api/execs/handlers.hpp"

#include "api/convert.hpp"
#include "api/http/status.hpp"
#include "api/stream_type.hpp"
#include "wire/exec.hpp"

namespace dhow::api::execs {

namespace {

using ConsoleSize = std::optional<std::pair<unsigned short, unsigned short>>;

ConsoleSize to_engine(const std::optional<wire::ConsoleSize>& size) {
    if (!size || size->height > 0xffff || size->width > 0xffff) return std::nullopt;
    return std::pair(static_cast<unsigned short>(size->height), static_cast<unsigned short>(size->width));
}

/// One of docker's frames: the stream (1: output), three zeros, the length, and the payload.
std::string output_frame(std::string_view text) {
    std::string frame{'\1', '\0', '\0', '\0'};
    for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>(text.size() >> shift & 0xff);
    return frame.append(text);
}

wire::ExecInspect to_wire(const engine::Exec& exec) {
    wire::ExecInspect out;
    out.id = exec.id;
    out.running = exec.phase == engine::ExecPhase::running;
    if (exec.exit_code) out.exit_code = *exec.exit_code;
    out.process_config.tty = exec.config.tty;
    if (!exec.config.cmd.empty()) {
        out.process_config.entrypoint = exec.config.cmd.front();
        out.process_config.arguments.assign(exec.config.cmd.begin() + 1, exec.config.cmd.end());
    }
    out.process_config.privileged = exec.config.privileged;
    out.process_config.user = exec.config.user;
    out.open_stdin = exec.config.attach_stdin;
    out.open_stderr = exec.config.attach_stderr;
    out.open_stdout = exec.config.attach_stdout;
    out.container_id = exec.container_id;
    out.detach_keys = exec.config.detach_keys;
    out.pid = exec.pid;
    return out;
}

}  // namespace

Task<void> create(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    auto document = co_await exchange.document<wire::ExecCreate>();
    if (document.cmd.empty()) throw InvalidArgument("no exec command specified");
    engine::ExecConfig config;
    config.user = document.user;
    config.privileged = document.privileged;
    config.tty = document.tty;
    config.attach_stdin = document.attach_stdin;
    config.attach_stdout = document.attach_stdout;
    config.attach_stderr = document.attach_stderr;
    config.detach_keys = document.detach_keys;
    config.env = document.env;
    config.working_dir = document.working_dir;
    config.cmd = document.cmd;
    // Before 1.42 the size was not read.
    if (request.version >= wire::ApiVersion{1, 42}) config.console_size = to_engine(document.console_size);

    wire::IdResponse response;
    response.id = co_await engine.execs().create(request.name, std::move(config));
    co_await exchange.json(201, response);
}

Task<void> start(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    auto& execs = engine.execs();
    auto document = co_await exchange.document<wire::ExecStart>(true);
    engine::ExecStartRequest wanted;
    wanted.detach = document.detach;
    wanted.tty = document.tty;
    if (request.version >= wire::ApiVersion{1, 42}) wanted.console_size = to_engine(document.console_size);
    execs.require_startable(request.name);
    if (wanted.detach) {
        co_await execs.start(request.name, wanted);
        co_await exchange.respond(http::Response(200));
        co_return;
    }

    bool terminal = execs.inspect(request.name).config.tty;
    co_await exchange.upgrade(stream_type(terminal, request.version));
    UniqueFd stream;
    std::exception_ptr failure;
    try {
        stream = co_await execs.start(request.name, wanted);
    } catch (const Error&) {
        failure = std::current_exception();
    }
    if (failure) {
        auto text = http::error_message(failure) + "\r\n";
        auto bytes = terminal ? text : output_frame(text);
        co_await exchange.write_raw(bytes);
    } else if (stream) {
        co_await exchange.relay(std::move(stream));
    }
}

Task<void> resize(engine::Engine& engine, Exchange& exchange) {
    const auto& request = exchange.request();
    auto size = read_terminal_size(request.query);
    co_await engine.execs().resize(request.name, size.rows, size.columns);
    co_await exchange.respond(http::Response(200));
}

Task<void> inspect(engine::Engine& engine, Exchange& exchange) {
    co_await exchange.json(200, to_wire(engine.execs().inspect(exchange.request().name)));
}

}  // namespace dhow::api::execs
