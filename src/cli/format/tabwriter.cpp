#include "cli/format/tabwriter.hpp"

#include <algorithm>
#include <vector>

namespace dhow::cli {

namespace {

using Lines = std::vector<std::vector<std::string_view>>;

Lines split(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        auto& cells = lines.emplace_back();
        for (auto tab = line.find('\t'); tab != std::string_view::npos; tab = line.find('\t')) {
            cells.push_back(line.substr(0, tab));
            line.remove_prefix(tab + 1);
        }
        cells.push_back(line);
    }
    return lines;
}

/// Characters, as Go's tabwriter counts them (runes).
std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

/// The width of the column in each line, found block by block.
std::vector<std::vector<std::size_t>> widths_of(const Lines& lines, std::size_t minimum,
                                                std::size_t padding) {
    std::vector<std::vector<std::size_t>> widths(lines.size());
    std::size_t most = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        widths[i].resize(lines[i].size() - 1);
        most = std::max(most, widths[i].size());
    }
    for (std::size_t column = 0; column < most; ++column) {
        for (std::size_t begin = 0; begin < lines.size();) {
            auto end = begin;
            auto width = minimum;
            for (; end < lines.size() && column < widths[end].size(); ++end)
                width = std::max(width, characters(lines[end][column]) + padding);
            for (auto i = begin; i < end; ++i) widths[i][column] = width;
            begin = std::max(end, begin + 1);
        }
    }
    return widths;
}

}  // namespace

std::string align_columns(std::string_view text, std::size_t minimum, std::size_t padding) {
    auto lines = split(text);
    auto widths = widths_of(lines, minimum, padding);
    std::string out;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        for (std::size_t column = 0; column < lines[i].size(); ++column) {
            out += lines[i][column];
            if (column < widths[i].size()) out.append(widths[i][column] - characters(lines[i][column]), ' ');
        }
        out += '\n';
    }
    return out;
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xc0) == 0x80) continue;
        // The blocks of wide characters begin at U+1100; three-byte forms from U+2E80 and all four-byte ones.
        bool wide = byte >= 0xf0 || (byte >= 0xe3 && byte <= 0xed) ||
                    (byte == 0xe2 && text.substr(i, 2) >= "\xe2\xba");
        width += wide ? 2 : 1;
    }
    return width;
}

}  // namespace dhow::cli
