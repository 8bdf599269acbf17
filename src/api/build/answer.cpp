#include "api/build/answer.hpp"

#include <algorithm>

#include "api/http/status.hpp"
#include "build/dockerfile/lint.hpp"
#include "build/step_text.hpp"

namespace dhow::api::build {

namespace lang = dhow::build::dockerfile;

namespace {

// What a quiet build keeps of its words, for the case that it fails.
constexpr std::size_t most_kept = 1 << 20;
// What may wait for a client that reads slowly; then commands wait too.
constexpr std::size_t most_waiting = 1 << 20;

int code_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const dhow::build::CommandFailed& error) {
        return error.code();
    } catch (...) {
        return 0;
    }
}

wire::ProgressLine line_of(std::string words) {
    wire::ProgressLine line;
    line.stream = std::move(words);
    return line;
}

json::Object event_of(std::size_t stage) {
    json::Object event;
    event["stage"] = stage;
    return event;
}

json::Object describe(std::size_t number, const dhow::build::StagePlan& stage) {
    json::Object entry;
    entry["number"] = number;
    entry["name"] = stage.stage.name;
    entry["base"] = stage.base;
    json::Array needs;
    for (auto other : stage.needs) needs.emplace_back(other);
    entry["needs"] = std::move(needs);
    if (stage.from) entry["from"] = *stage.from;
    entry["steps"] = std::ranges::count_if(stage.stage.instructions, dhow::build::is_work);
    return entry;
}

}  // namespace

struct Answer::Outbox {
    Outbox(http::Exchange& to, asio::any_io_executor loop) : exchange(to), executor(loop), changed(loop) {}
    http::Exchange& exchange;
    asio::any_io_executor executor;
    std::deque<std::string> lines;
    std::size_t size = 0;
    bool sending = false;
    std::exception_ptr failure;
    Signal changed;
};

Answer::Answer(http::Exchange& exchange, asio::any_io_executor executor, const Wanted& wanted)
    : exchange_(exchange),
      wanted_(wanted),
      outbox_(std::make_shared<Outbox>(exchange, std::move(executor))) {}

Task<void> Answer::send_all(std::shared_ptr<Outbox> outbox) {
    try {
        while (!outbox->lines.empty()) {
            auto line = std::move(outbox->lines.front());
            outbox->lines.pop_front();
            co_await outbox->exchange.write(line);
            outbox->size -= line.size();
            outbox->changed.notify();
        }
    } catch (const Error&) {
        outbox->failure = std::current_exception();
    }
    outbox->sending = false;
    outbox->changed.notify();
}

void Answer::put(const wire::ProgressLine& line) {
    auto text = json::write(line) + "\r\n";
    outbox_->size += text.size();
    outbox_->lines.push_back(std::move(text));
}

void Answer::tell(json::Object event) {
    wire::ProgressLine line;
    line.id = "dhow.build";
    line.aux = std::move(event);
    put(line);
    // Before the head of the answer there is nobody to send it to yet.
    if (!started_ || outbox_->failure || std::exchange(outbox_->sending, true)) return;
    asio::co_spawn(outbox_->executor, send_all(outbox_), asio::detached);
}

Task<void> Answer::start() {
    if (std::exchange(starting_, true)) co_return;
    co_await exchange_.start_stream("application/json");
    started_ = true;
}

Task<void> Answer::drain() {
    while (outbox_->sending) co_await outbox_->changed.wait();
    if (outbox_->failure) std::rethrow_exception(outbox_->failure);
    outbox_->sending = true;
    co_await send_all(outbox_);
    if (outbox_->failure) std::rethrow_exception(outbox_->failure);
}

Task<void> Answer::send(const wire::ProgressLine& line) {
    put(line);
    co_await start();
    co_await drain();
}

void Answer::keep(const std::string& words) {
    kept_ += words;
    if (kept_.size() > most_kept) kept_.erase(0, kept_.size() - most_kept);
}

Task<void> Answer::text(std::string words) {
    if (draws()) {
        // The head goes out with the first word, as it does for everybody.
        co_await start();
        co_return;
    }
    if (wanted_.quiet)
        keep(words);
    else
        co_await send(line_of(std::move(words)));
}

Task<void> Answer::error_text(std::string words) {
    // As docker shows it: in red.
    return text("\x1b[91m" + words + "\x1b[0m");
}

Task<void> Answer::image(std::string id) {
    wire::ProgressLine line;
    json::Object object;
    object["ID"] = id;
    line.aux = std::move(object);
    co_await send(line);
}

void Answer::build_begins(const dhow::build::Plan& plan, const std::string& dockerfile) {
    plan_ = &plan;
    dockerfile_ = dockerfile;
    if (!tells()) return;
    json::Array stages;
    for (std::size_t i = 0; i < plan.stages.size(); ++i)
        if (plan.stages[i].needed) stages.emplace_back(describe(i, plan.stages[i]));
    json::Object event;
    event["stages"] = std::move(stages);
    tell(std::move(event));
}

void Answer::warned(const lang::LintWarning& warning) {
    if (wanted_.view == Wanted::View::text) warnings_.push_back(lang::short_text(warning));
    if (!tells()) return;
    json::Object entry;
    entry["rule"] = warning.rule;
    entry["message"] = warning.message;
    entry["line"] = warning.lines.first;
    json::Object event;
    event["warning"] = std::move(entry);
    tell(std::move(event));
}

void Answer::remark(const std::string& words) {
    if (!draws()) return warnings_.push_back(words);
    json::Object event;
    event["remark"] = words;
    tell(std::move(event));
}

void Answer::begin_step(std::size_t stage, const std::string& text, int line) {
    stages_[stage].is_open = true;
    auto event = event_of(stage);
    event["begins"] = text;
    event["line"] = line;
    tell(std::move(event));
}

void Answer::stage_begins(std::size_t stage, const std::string& image) {
    stages_[stage].lines = plan_->stages[stage].stage.lines;
    if (tells() && !image.empty() && image != "scratch")
        begin_step(stage, "FROM " + image, stages_[stage].lines.first);
}

void Answer::stage_stands(std::size_t stage, const std::vector<lang::Instruction>&) {
    if (std::exchange(stages_[stage].is_open, false)) {
        auto event = event_of(stage);
        event["ends"] = true;
        tell(std::move(event));
    }
}

void Answer::step_begins(std::size_t stage, const lang::Instruction& step, const lang::Lookup& lookup) {
    stages_[stage].lines = step.lines;
    if (tells() && dhow::build::is_work(step))
        begin_step(stage, dhow::build::step_text(step, plan_->file.directives.escape, lookup),
                   step.lines.first);
}

void Answer::step_reused(std::size_t stage) {
    if (!stages_[stage].is_open) return;
    auto event = event_of(stage);
    event["cached"] = true;
    tell(std::move(event));
}

Task<void> Answer::step_output(std::size_t stage, bool, const std::string& bytes) {
    if (!draws()) co_return;
    auto event = event_of(stage);
    event["output"] = bytes;
    tell(std::move(event));
    while (outbox_->size > most_waiting && outbox_->sending) co_await outbox_->changed.wait();
}

void Answer::step_ends(std::size_t stage, std::exception_ptr failure) {
    bool is_echo = failure && (failed_at_ || dhow::build::is_echo_of_another(failure));
    if (failure && !is_echo) failed_at_ = stages_[stage].lines;
    if (!tells() || (!std::exchange(stages_[stage].is_open, false) && !failure)) return;
    auto event = event_of(stage);
    event["ends"] = true;
    if (failure) event["failed"] = dhow::build::failure_text(failure);
    if (is_echo) event["cancelled"] = true;
    tell(std::move(event));
}

Task<void> Answer::told(std::string words, std::string reason) {
    co_await send(line_of(std::move(words)));
    if (reason.empty()) co_return;
    wire::ProgressLine failure;
    failure.error = std::move(reason);
    wire::ErrorDetail detail;
    detail.message = failure.error;
    detail.code = 1;
    failure.error_detail = detail;
    co_await send(failure);
}

Task<void> Answer::done(std::string id, std::vector<std::string> names) {
    if (wanted_.quiet) {
        co_await send(line_of(id + "\n"));
        co_return;
    }
    for (auto& warning : warnings_) co_await send(line_of(fmt::format("[Warning] {}\n", warning)));
    co_await send(line_of(fmt::format("Successfully built {}\n", id.substr(7, 12))));
    for (auto& name : names) co_await send(line_of(fmt::format("Successfully tagged {}\n", name)));
}

Task<void> Answer::fail(std::exception_ptr failure) {
    if (wanted_.quiet && !kept_.empty()) {
        auto words = std::exchange(kept_, {});
        co_await send(line_of(std::move(words)));
    }
    if (!started_) std::rethrow_exception(failure);
    if (failed_at_ && failed_at_->first > 0 && tells()) {
        lang::DockerfileError place(*failed_at_, "");
        json::Object event;
        event["place"] = lang::excerpt(dockerfile_, wanted_.request.dockerfile, place);
        tell(std::move(event));
    }
    wire::ProgressLine line;
    line.error = http::error_message(failure);
    wire::ErrorDetail detail;
    detail.message = line.error;
    detail.code = code_of(failure);
    line.error_detail = detail;
    co_await send(line);
}

}  // namespace dhow::api::build
