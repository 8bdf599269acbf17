// What subrequests give, for people. Source: moby/buildkit, frontend/subrequests, the Print functions.

#include <algorithm>

#include "build/subrequests/answer.hpp"

namespace dhow::build {

namespace {

using Row = std::vector<std::string>;

/// In characters, of which UTF-8 begins each with another byte than it goes on with.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](unsigned char byte) { return (byte & 0xC0) != 0x80; }));
}

/// Rows of as many cells each, in columns that `gap` blanks part.
std::string table(const std::vector<Row>& rows, std::size_t gap) {
    std::vector<std::size_t> widths(rows.front().size());
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]) + gap);
    std::string text;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i + 1 < row.size(); ++i)
            text += row[i] + std::string(widths[i] - width_of(row[i]), ' ');
        text += row.back() + "\n";
    }
    return text;
}

constexpr std::size_t narrow = 1, wide = 3;

std::string loans(const char* title, const std::vector<LoanOutline>& list) {
    if (list.empty()) return "";
    std::vector<Row> rows{{title, "REQUIRED"}};
    for (const auto& loan : list) rows.push_back({loan.name, loan.required ? "true" : ""});
    return table(rows, wide) + "\n";
}

}  // namespace

std::string to_text(const Outline& outline) {
    std::string text;
    if (!outline.name.empty() || !outline.description.empty()) {
        std::vector<Row> rows{{"TARGET:", outline.name.empty() ? "(default)" : outline.name}};
        if (!outline.description.empty()) rows.push_back({"DESCRIPTION:", outline.description});
        text += table(rows, narrow) + "\n";
    }
    if (!outline.arguments.empty()) {
        std::vector<Row> rows{{"BUILD ARG", "VALUE", "DESCRIPTION"}};
        for (const auto& argument : outline.arguments)
            rows.push_back({argument.name, argument.value, argument.description});
        text += table(rows, wide) + "\n";
    }
    text += loans("SECRET", outline.secrets) + loans("SSH", outline.agents);
    if (!outline.caches.empty()) {
        text += "CACHE MOUNT\n";
        for (const auto& cache : outline.caches) text += cache.id + "\n";
        text += "\n";
    }
    return text;
}

std::string to_text(const std::vector<Target>& targets) {
    std::vector<Row> rows{{"TARGET", "DESCRIPTION"}};
    for (const auto& target : targets) {
        auto name = target.name;
        if (target.is_default) name += name.empty() ? "(default)" : " (default)";
        rows.push_back({std::move(name), target.description});
    }
    return table(rows, narrow);
}

std::string to_text(const std::vector<SubrequestDocument>& subrequests) {
    std::vector<Row> rows{{"NAME", "VERSION", "DESCRIPTION"}};
    for (const auto& one : subrequests)
        rows.push_back({one.name.substr(std::string_view("frontend.").size()), one.version, one.description});
    return table(rows, narrow);
}

}  // namespace dhow::build
