#include "cli/commands/attachment.hpp"

#include <unistd.h>

#include "cli/commands/support.hpp"
#include "cli/terminal/detach_keys.hpp"

namespace dhow::cli {

void check_terminal(const AttachPlan& plan) {
    if (plan.in && plan.tty && !is_terminal(STDIN_FILENO)) throw Exit(1, "the input device is not a TTY");
}

Attachment::Attachment(Session& session, std::string id, AttachPlan plan, bool forwards)
    : session_(session), id_(std::move(id)), plan_(std::move(plan)), forwards_(forwards), signals_(forwards) {
    if (plan_.in && plan_.tty && is_terminal(STDIN_FILENO)) raw_.emplace(STDIN_FILENO);
}

void Attachment::open(std::string_view condition) {
    auto& client = session_.client();
    client::Target attach(container_path(id_, "/attach"));
    attach.add("stream", "1").add_if(plan_.in, "stdin", "1").add_if(plan_.out, "stdout", "1");
    attach.add_if(plan_.err, "stderr", "1")
        .add_if(!plan_.detach_keys.empty(), "detachKeys", plan_.detach_keys);
    auto attached = client.start({.method = "POST", .target = attach.take(), .hijack = true});
    auto wait = client::Target(container_path(id_, "/wait")).add("condition", condition).take();
    auto waiting = client.start({.method = "POST", .target = wait});
    client.finish(attached);
    client.finish(waiting);
    stream_ = attached.hijack();
    wait_ = std::move(waiting);
}

void Attachment::forward(int signal) {
    try {
        session_.client().post(container_path(id_, "/kill?signal=" + signal_name(signal)));
    } catch (const Error&) {
        // The container may be gone already: the signal came too late, and its exit is on the way.
    }
}

bool Attachment::resize(TerminalSize size) {
    try {
        session_.client().post(
            fmt::format("{}?h={}&w={}", container_path(id_, "/resize"), size.rows, size.columns));
        return true;
    } catch (const Error&) {
        // As with signals: it may not run yet, or no more.
        return false;
    }
}

void Attachment::redraw() {
    auto size = terminal_size(STDOUT_FILENO);
    if (plan_.tty && size) resize({size->rows + 1, size->columns + 1});
}

Attachment::Outcome Attachment::follow() {
    session_.flush();
    AttachOptions options{
        .in = plan_.in, .tty = plan_.tty, .reads_output = plan_.out || plan_.err, .detach_keys = {}};
    if (plan_.tty && plan_.in)
        options.detach_keys =
            parse_detach_keys(plan_.detach_keys.empty() ? default_detach_keys : plan_.detach_keys);
    if (forwards_) options.forward = [this](int signal) { forward(signal); };
    if (plan_.tty) options.resize = [this](TerminalSize size) { return resize(size); };
    options.resizes_at_start = plan_.tty;
    options.wait = &*wait_;
    auto result = pump(std::move(*stream_), options, signals_);
    raw_.reset();
    Outcome outcome{.detached = result.detached, .error = {}};
    if (result.detached) return outcome;
    auto answer = result.waited.empty() ? json::Value(json::Object()) : json::parse(result.waited);
    outcome.status = static_cast<int>(integer_at(answer, "StatusCode"));
    outcome.error = string_at(answer, "Error.Message");
    if (!outcome.error.empty()) outcome.status = 125;
    return outcome;
}

}  // namespace dhow::cli
