#include "cli/build/graph.hpp"

#include <algorithm>
#include <map>

#include "cli/format/text.hpp"

namespace dhow::cli {

namespace {

using State = BuildStep::State;

constexpr int box_width = 300;
constexpr int row_height = 18;
constexpr int title_height = 26;
constexpr int gap_x = 80;
constexpr int gap_y = 30;
constexpr int margin = 20;
constexpr std::size_t longest_text = 36;

struct Box {
    const BuildStage* stage;
    int x = 0, y = 0, height = 0;
};

std::string escaped(std::string_view text) {
    std::string result;
    for (char c : text) {
        if (c == '<')
            result += "&lt;";
        else if (c == '>')
            result += "&gt;";
        else if (c == '&')
            result += "&amp;";
        else if (c == '"')
            result += "&quot;";
        else if (static_cast<unsigned char>(c) >= ' ')
            result += c;
    }
    return result;
}

const char* colour_of(State state) {
    switch (state) {
        case State::cached:
            return "#6b7280";
        case State::failed:
            return "#b91c1c";
        case State::cancelled:
            return "#a16207";
        case State::running:
            return "#1d4ed8";
        default:
            return "#166534";
    }
}

std::string time_of(const BuildStep& step, Moment now) {
    if (step.state == State::cached) return "cached";
    if (step.state == State::cancelled) return "cancelled";
    return fmt::format("{:.1f}s", static_cast<double>(step.took(now).count()) / 1000);
}

/// Columns by what a stage waits for: the first holds those that wait for nobody.
std::map<std::size_t, int> columns_of(const std::vector<BuildStage>& stages) {
    std::map<std::size_t, int> columns;
    for (const auto& stage : stages) {
        int column = 0;
        for (auto other : stage.needs)
            if (auto found = columns.find(other); found != columns.end())
                column = std::max(column, found->second + 1);
        columns[stage.number] = column;
    }
    return columns;
}

std::vector<Box> place(const std::vector<BuildStage>& stages) {
    auto columns = columns_of(stages);
    std::map<int, int> bottoms;
    std::vector<Box> boxes;
    for (const auto& stage : stages) {
        Box box{&stage};
        auto column = columns[stage.number];
        auto& bottom = bottoms.try_emplace(column, margin).first->second;
        box.x = margin + column * (box_width + gap_x);
        box.y = bottom;
        box.height = title_height + row_height * std::max(1, static_cast<int>(stage.steps.size())) + 8;
        bottom += box.height + gap_y;
        boxes.push_back(box);
    }
    return boxes;
}

void draw_arrow(std::string& svg, const Box& from, const Box& to, bool is_base) {
    int x1 = from.x + box_width, y1 = from.y + title_height / 2, x2 = to.x, y2 = to.y + title_height / 2;
    int middle = (x1 + x2) / 2;
    svg += fmt::format(
        "<path d=\"M{} {} C{} {} {} {} {} {}\" fill=\"none\" stroke=\"#4b5563\" stroke-width=\"1.5\"{} "
        "marker-end=\"url(#arrow)\"/>\n",
        x1, y1, middle, y1, middle, y2, x2, y2, is_base ? "" : " stroke-dasharray=\"5 3\"");
}

void draw_box(std::string& svg, const Box& box, Moment now) {
    const auto& stage = *box.stage;
    svg += fmt::format(
        "<g><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\" "
        "fill=\"#f9fafb\" stroke=\"#374151\"/>\n",
        escaped(stage.title()), box.x, box.y, box_width, box.height);
    svg += fmt::format("<text x=\"{}\" y=\"{}\" font-weight=\"bold\">{}</text>\n", box.x + 10, box.y + 18,
                       escaped(ellipsis(stage.title(), longest_text)));
    int y = box.y + title_height + 12;
    for (const auto& step : stage.steps) {
        svg += fmt::format("<text x=\"{}\" y=\"{}\" fill=\"{}\"><title>{}</title>{}</text>\n", box.x + 10, y,
                           colour_of(step.state), escaped(step.text),
                           escaped(ellipsis(step.text, longest_text)));
        svg += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"{}\">{}</text>\n",
                           box.x + box_width - 10, y, colour_of(step.state), time_of(step, now));
        y += row_height;
    }
    svg += "</g>\n";
}

}  // namespace

std::string draw_graph(const BuildModel& model, Moment now) {
    auto boxes = place(model.stages());
    int width = 2 * margin, height = 2 * margin;
    for (const auto& box : boxes) {
        width = std::max(width, box.x + box_width + margin);
        height = std::max(height, box.y + box.height + margin);
    }
    auto svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
        "font-family=\"monospace\" font-size=\"11\">\n"
        "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" "
        "markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 z\" fill=\"#4b5563\"/></marker></defs>\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
        width, height);
    for (const auto& to : boxes)
        for (auto number : to.stage->needs) {
            auto from = std::ranges::find(boxes, number, [](const Box& box) { return box.stage->number; });
            if (from != boxes.end()) draw_arrow(svg, *from, to, to.stage->from == number);
        }
    for (const auto& box : boxes) draw_box(svg, box, now);
    return svg + "</svg>\n";
}

}  // namespace dhow::cli
