#pragma once
// Help, in docker's layout.

#include <string>
#include <string_view>

#include "cli/options/command.hpp"

namespace dhow::cli {

/// "dhow container ls": how messages name a command.
struct Path {
    std::string full;
    const Command* command = nullptr;
};

/// The whole help of a command, or of a group of them. `width` is the terminal's.
std::string help_text(const Path& path, std::size_t width);

/// The help of `dhow` itself.
std::string overview(std::size_t width);

/// "Usage:  dhow run [OPTIONS] IMAGE ..."
std::string usage_line(const Path& path);

/// The options' part: names in a column, descriptions wrapped beside them.
std::string options_text(Options options, std::size_t width);

/// Checks the number of arguments. @throws Exit with docker's wording.
void check_arity(const Path& path, std::size_t count);

/// The terminal's width, or 80.
std::size_t terminal_width();

}  // namespace dhow::cli
