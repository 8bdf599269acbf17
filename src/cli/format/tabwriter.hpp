#pragma once
// Columns of text, laid out as Go's text/tabwriter does it for docker's tables.

#include <string>
#include <string_view>

namespace dhow::cli {

/// Aligns tab-terminated cells: a column is a block of adjacent lines that have a cell there, as wide as its
/// widest cell and `padding`, at least `minimum`. What stands behind a line's last tab belongs to no column.
/// @param text lines, each with its newline.
std::string align_columns(std::string_view text, std::size_t minimum = 10, std::size_t padding = 3);

/// How many columns of a terminal a text takes: characters, and two for East Asian wide ones.
std::size_t display_width(std::string_view text);

}  // namespace dhow::cli
