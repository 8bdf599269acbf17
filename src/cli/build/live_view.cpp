#include "cli/build/live_view.hpp"

#include <algorithm>

#include "cli/format/text.hpp"
#include "cli/terminal/raw_mode.hpp"
#include "client/connection.hpp"

namespace dhow::cli {

namespace {

using State = BuildStep::State;

constexpr auto frame = std::chrono::milliseconds(100);
constexpr std::size_t tail_lines = 4;
constexpr std::size_t widest_title = 16;
constexpr std::size_t time_width = 9;
constexpr std::size_t failure_lines = 20;

std::string seconds(std::chrono::milliseconds time) {
    return fmt::format("{:.1f}s", static_cast<double>(time.count()) / 1000);
}

/// How many columns a UTF-8 text takes, each character one.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width) {
    auto now = width_of(text);
    return now >= width ? text : text + std::string(width - now, ' ');
}

const char* mark_of(State state) {
    switch (state) {
        case State::running:
            return "\xe2\x96\xb8";  // ▸
        case State::failed:
            return "\xe2\x9c\x97";  // ✗
        case State::cancelled:
            return "-";
        default:
            return "\xe2\x9c\x93";  // ✓
    }
}

std::string time_of(const BuildStep& step, Moment now) {
    if (step.state == State::cached) return "cached";
    if (step.state == State::cancelled) return "cancelled";
    return seconds(step.took(now));
}

/// The lines of a build.
class Sheet {
  public:
    Sheet(const BuildModel& model, Moment now, std::size_t columns)
        : model_(model), now_(now), columns_(std::max<std::size_t>(columns, 40)) {
        for (const auto& stage : model.stages())
            title_width_ = std::clamp(width_of(stage.title()), title_width_, widest_title);
    }

    void add(const BuildStage& stage) {
        auto title = stage.title();
        for (const auto& step : stage.steps) {
            bool waits = step.state == State::running && !stage.waits_for.empty();
            add_line(title, waits ? " " : mark_of(step.state), step.text,
                     waits ? "waits" : time_of(step, now_));
            title.clear();
            if (step.state != State::running) continue;
            for (const auto& line : step.output.last(tail_lines))
                lines_.push_back(ellipsis(std::string(title_width_ + 4, ' ') + "| " + line, columns_));
        }
        if (stage.steps.empty()) add_line(title, " ", waits_for(stage), "");
    }

    /// A stage whose steps are all over, in one line.
    void add_short(const BuildStage& stage) {
        std::chrono::milliseconds time{};
        for (const auto& step : stage.steps) time += step.took(now_);
        add_line(stage.title(), mark_of(stage.steps.back().state),
                 fmt::format("{} steps", stage.steps.size()), seconds(time));
    }

    std::vector<std::string> take() { return std::move(lines_); }

  private:
    void add_line(const std::string& title, const char* mark, const std::string& text,
                  const std::string& time) {
        auto space = columns_ - title_width_ - 4 - time_width;
        auto name = padded(ellipsis(title, title_width_), title_width_);
        auto what = padded(ellipsis(text, space), space);
        lines_.push_back(fmt::format("{}  {} {}{:>{}}", name, mark, what, time, time_width));
    }

    std::string waits_for(const BuildStage& stage) const {
        std::string names;
        for (const auto& other : model_.stages())
            if (std::ranges::find(stage.needs, other.number) != stage.needs.end())
                names += (names.empty() ? "waits for " : ", ") + other.title();
        return names.empty() ? "waits" : names;
    }

    const BuildModel& model_;
    Moment now_;
    std::size_t columns_;
    std::size_t title_width_ = 4;
    std::vector<std::string> lines_;
};

std::string head_line(const BuildModel& model, Moment start, Moment now) {
    auto running = std::ranges::count_if(model.stages(), &BuildStage::runs);
    auto text = fmt::format("building  {}/{} steps  {}", model.steps_done(), model.steps_known(),
                            seconds(std::chrono::duration_cast<std::chrono::milliseconds>(now - start)));
    if (running > 1) text += fmt::format("  {} at the same time", running);
    return text;
}

std::vector<std::string> lines_of(const BuildModel& model, Moment now, std::size_t columns, bool shrinks) {
    Sheet sheet(model, now, columns);
    for (const auto& stage : model.stages()) {
        if (shrinks && stage.is_over() && !stage.steps.empty() && stage.steps.back().state != State::failed)
            sheet.add_short(stage);
        else
            sheet.add(stage);
    }
    return sheet.take();
}

}  // namespace

std::vector<std::string> draw_build(const BuildModel& model, Moment start, Moment now, std::size_t columns,
                                    std::size_t rows) {
    auto lines = lines_of(model, now, columns, false);
    if (rows > 0 && lines.size() + 1 > rows) lines = lines_of(model, now, columns, true);
    if (rows > 0 && lines.size() + 1 > rows)
        lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(rows - 1));
    lines.insert(lines.begin(), ellipsis(head_line(model, start, now), std::max<std::size_t>(columns, 40)));
    return lines;
}

std::string draw_failure(const BuildModel& model) {
    std::string text;
    const auto* step = model.failed();
    auto output = step ? step->output.last(failure_lines) : std::vector<std::string>();
    if (!output.empty()) {
        text += fmt::format("------\n > [{}] {}:\n", model.failed_stage(), step->text);
        for (const auto& line : output) text += line + "\n";
        text += "------\n";
    }
    return text + model.place();
}

LiveView::LiveView(int fd) : fd_(fd), start_(std::chrono::steady_clock::now()) {
    thread_ = std::thread([this] { run(); });
}

LiveView::~LiveView() { finish(); }

void LiveView::change(const std::function<void(BuildModel&)>& action) {
    std::scoped_lock lock(mutex_);
    action(model_);
}

void LiveView::run() {
    std::unique_lock lock(mutex_);
    while (!finished_) {
        wake_.wait_for(lock, frame);
        if (!finished_ && !model_.stages().empty()) draw(false);
    }
}

void LiveView::finish() {
    {
        std::scoped_lock lock(mutex_);
        if (std::exchange(finished_, true)) return;
    }
    wake_.notify_all();
    thread_.join();
    if (!model_.stages().empty()) draw(true);
}

void LiveView::draw(bool all) {
    auto size = terminal_size(fd_).value_or(TerminalSize{24, 80});
    std::size_t columns = size.columns == 0 ? 80 : size.columns;
    std::size_t rows = size.rows < 5 ? 24 : size.rows - 1;
    auto lines = draw_build(model_, start_, std::chrono::steady_clock::now(), columns, all ? 0 : rows);
    std::string text;
    if (drawn_ > 0) text += fmt::format("\x1b[{}A", drawn_);
    // Each line is cleared behind what it says; what is left of a longer picture goes too.
    text += "\r";
    for (const auto& line : lines) text += line + "\x1b[K\n";
    text += "\x1b[J";
    drawn_ = lines.size();
    client::write_all(fd_, text);
}

}  // namespace dhow::cli
