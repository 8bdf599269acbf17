#include "build/dockerfile/error.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "build/remote/address.hpp"

namespace dhow::build::dockerfile {

namespace {

std::string full_message(Lines lines, const std::string& reason, const std::string& suggestion) {
    std::string text = "dockerfile parse error";
    if (lines.first > 0) text += fmt::format(" on line {}", lines.first);
    text += ": " + reason;
    if (!suggestion.empty()) text += fmt::format(" (did you mean {}?)", suggestion);
    return text;
}

/// How many characters must be put in, taken out or replaced to make one of the other.
std::size_t distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = i;
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t k = 0; k < to.size(); ++k) {
            bool same = lower(from[i]) == lower(to[k]);
            std::size_t best = std::min({row[k] + 1, row[k + 1] + 1, diagonal + (same ? 0 : 1)});
            diagonal = std::exchange(row[k + 1], best);
        }
    }
    return row.back();
}

}  // namespace

DockerfileError::DockerfileError(Lines lines, std::string reason, std::string culprit, std::string suggestion)
    : Error(ErrorKind::invalid_argument, full_message(lines, reason, suggestion)),
      lines_(lines),
      culprit_(std::move(culprit)) {}

std::string nearest(std::string_view word, std::span<const std::string_view> candidates) {
    // A short word differs from every other by two letters.
    std::size_t best = std::min<std::size_t>(3, word.size() / 2 + 1);
    std::string_view found;
    for (auto candidate : candidates)
        if (auto how_far = distance(word.substr(0, 64), candidate); how_far < best) {
            best = how_far;
            found = candidate;
        }
    return std::string(found);
}

std::string excerpt(std::string_view file, std::string_view name, const DockerfileError& error) {
    auto lines = error.lines();
    if (lines.first == 0) return "";
    std::string picture = fmt::format("{}:{}\n", name, lines.first);
    bool pointed = false;
    int number = 1;
    for (std::size_t start = 0; start < file.size() && number <= lines.last + 1; ++number) {
        auto end = std::min(file.find('\n', start), file.size());
        auto written = file.substr(start, end - start);
        start = end + 1;
        if (written.ends_with('\r')) written.remove_suffix(1);
        if (number < lines.first - 2) continue;
        auto line = without_credentials(written);
        picture += fmt::format("{:>4} | {}\n", number, line);
        if (pointed || number < lines.first || number > lines.last) continue;
        auto column = error.culprit().empty() ? line.npos : line.find(error.culprit());
        if (column == line.npos) continue;
        // Tabs stay, so that the caret stands below whatever a terminal makes of them.
        std::string blanks;
        for (char c : std::string_view(line).substr(0, column)) blanks += c == '\t' ? '\t' : ' ';
        picture += fmt::format("     | {}{}\n", blanks, std::string(error.culprit().size(), '^'));
        pointed = true;
    }
    return picture;
}

}  // namespace dhow::build::dockerfile
