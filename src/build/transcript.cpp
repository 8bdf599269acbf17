#include "build/transcript.hpp"

namespace dhow::build {

namespace {

// What one stage may say before its turn has come.
constexpr std::size_t most_waiting = 16 << 20;

}  // namespace

Task<void> Transcript::send(Message message) {
    if (message.kind == Kind::text)
        co_await listener_.text(std::move(message.text));
    else if (message.kind == Kind::error_text)
        co_await listener_.error_text(std::move(message.text));
    else
        co_await listener_.image(std::move(message.text));
}

Task<void> Transcript::say(std::size_t stage, Kind kind, std::string text) {
    auto turn = co_await turn_.lock();
    Message message{kind, std::move(text)};
    if (stage == current_) {
        co_await send(std::move(message));
        co_return;
    }
    auto& waiting = stages_[stage];
    if (waiting.clipped) co_return;
    waiting.size += message.text.size();
    waiting.clipped = waiting.size > most_waiting;
    if (waiting.clipped) message.text = "[output clipped]\n";
    waiting.waiting.push_back(std::move(message));
}

Task<void> Transcript::finish(std::size_t stage) {
    auto turn = co_await turn_.lock();
    stages_[stage].finished = true;
    while (current_ < stages_.size() && stages_[current_].finished) {
        if (++current_ == stages_.size()) break;
        auto waiting = std::move(stages_[current_].waiting);
        for (auto& message : waiting) co_await send(std::move(message));
    }
}

}  // namespace dhow::build
