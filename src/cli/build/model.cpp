#include "cli/build/model.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "cli/format/text.hpp"

namespace dhow::cli {

using State = BuildStep::State;

void Tail::put(char c) {
    if (escape_ == Escape::begun) {
        escape_ = c == '[' ? Escape::sequence : Escape::none;
        return;
    }
    if (escape_ == Escape::sequence) {
        if (c >= '@' && c <= '~') escape_ = Escape::none;
        return;
    }
    if (c == '\x1b') {
        escape_ = Escape::begun;
    } else if (c == '\n') {
        lines_.push_back(std::exchange(line_, {}));
        if (lines_.size() > most) lines_.pop_front();
        at_start_ = false;
    } else if (c == '\r') {
        at_start_ = true;
    } else if (c == '\t') {
        line_ += "    ";
    } else if (static_cast<unsigned char>(c) >= ' ' && c != '\x7f') {
        constexpr std::size_t longest = 1024;
        if (std::exchange(at_start_, false)) line_.clear();
        if (line_.size() < longest) line_ += c;
    }
}

void Tail::add(std::string_view bytes) {
    for (char c : bytes) put(c);
}

std::vector<std::string> Tail::last(std::size_t count) const {
    std::vector<std::string> result(lines_.begin(), lines_.end());
    if (!line_.empty()) result.push_back(line_);
    if (result.size() > count)
        result.erase(result.begin(), result.end() - static_cast<std::ptrdiff_t>(count));
    return result;
}

std::chrono::milliseconds BuildStep::took(Moment now) const {
    auto end = state == State::running ? now : ended;
    return std::chrono::duration_cast<std::chrono::milliseconds>(end - begun);
}

BuildStage* BuildModel::stage(const json::Value& event) {
    if (!find(event, "stage")) return nullptr;
    auto number = static_cast<std::size_t>(integer_at(event, "stage"));
    auto found = std::ranges::find(stages_, number, &BuildStage::number);
    return found == stages_.end() ? nullptr : &*found;
}

void BuildModel::read_stages(const json::Array& list) {
    for (const auto& entry : list) {
        BuildStage stage;
        stage.number = static_cast<std::size_t>(integer_at(entry, "number"));
        stage.name = string_at(entry, "name");
        stage.base = string_at(entry, "base");
        for (const auto& other : array_at(entry, "needs"))
            stage.needs.push_back(other.is_number() ? other.to_number<std::size_t>() : 0);
        if (find(entry, "from")) stage.from = static_cast<std::size_t>(integer_at(entry, "from"));
        bool from_image = !stage.base.empty() && stage.base != "scratch";
        stage.total = static_cast<std::size_t>(integer_at(entry, "steps")) + (from_image ? 1 : 0);
        stages_.push_back(std::move(stage));
    }
}

void BuildModel::change(BuildStage& stage, const json::Value& event, Moment now) {
    if (auto text = string_at(event, "begins"); !text.empty()) {
        BuildStep step;
        step.text = text.substr(0, text.find('\n'));
        step.line = static_cast<int>(integer_at(event, "line"));
        step.begun = now;
        stage.steps.push_back(std::move(step));
        stage.total = std::max(stage.total, stage.steps.size());
        return;
    }
    if (!stage.is_open()) return;
    auto& step = stage.steps.back();
    step.output.add(string_at(event, "output"));
    if (bool_at(event, "cached")) step.state = State::cached;
    if (!bool_at(event, "ends") && step.state != State::cached) return;
    step.ended = now;
    step.failure = string_at(event, "failed");
    if (step.state != State::cached) step.state = State::done;
    if (!step.failure.empty()) step.state = bool_at(event, "cancelled") ? State::cancelled : State::failed;
}

void BuildModel::apply(const json::Value& event, Moment now) {
    if (find(event, "stages")) return read_stages(array_at(event, "stages"));
    if (auto text = string_at(event, "place"); !text.empty()) place_ = text;
    if (auto text = string_at(event, "remark"); !text.empty()) warnings_.push_back(text);
    if (find(event, "warning")) {
        auto text = string_at(event, "warning.rule") + ": " + string_at(event, "warning.message");
        if (auto line = integer_at(event, "warning.line"); line > 0) text += fmt::format(" (line {})", line);
        warnings_.push_back(std::move(text));
    }
    if (auto* changed = stage(event)) change(*changed, event, now);
    note_waiting(now);
}

void BuildModel::note_waiting(Moment now) {
    for (auto& stage : stages_) {
        bool waited = !std::exchange(stage.waits_for, {}).empty();
        if (!stage.is_open()) continue;
        constexpr std::string_view option = "--from=";
        auto& step = stage.steps.back();
        auto at = step.text.find(option);
        if (at == step.text.npos) continue;
        auto source = step.text.substr(at + option.size());
        source.resize(std::min(source.find(' '), source.size()));
        for (const auto& other : stages_) {
            bool is_source = lower(source) == other.name || source == std::to_string(other.number);
            if (is_source && !other.is_over()) stage.waits_for = other.title();
        }
        if (waited || !stage.waits_for.empty()) step.begun = now;
    }
}

const BuildStep* BuildModel::failed() const {
    for (const auto& stage : stages_)
        for (const auto& step : stage.steps)
            if (step.state == State::failed) return &step;
    return nullptr;
}

std::string BuildModel::failed_stage() const {
    for (const auto& stage : stages_)
        if (!stage.steps.empty() && stage.steps.back().state == State::failed) return stage.title();
    return "";
}

std::size_t BuildModel::steps_done() const {
    std::size_t count = 0;
    for (const auto& stage : stages_)
        for (const auto& step : stage.steps)
            count += step.state == State::done || step.state == State::cached ? 1 : 0;
    return count;
}

std::size_t BuildModel::steps_known() const {
    std::size_t count = 0;
    for (const auto& stage : stages_) count += stage.total;
    return count;
}

}  // namespace dhow::cli
