#pragma once
// The daemon's log: one line an event on standard error, in the logfmt that dockerd writes. Only `engine`,
// `api`, `shim/server` and `programs` report; the rooms below throw.

#include <string_view>

#include <fmt/format.h>

namespace dhow::log {

enum class Level { debug, info, warning, error };

/// Lines below `level` are dropped. Info at the start.
void set_level(Level level);
bool enabled(Level level);

/// time="..." level=info msg="..."
void line(Level level, std::string_view message);

template <typename... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(Level::debug)) line(Level::debug, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(Level::info)) line(Level::info, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(Level::warning)) line(Level::warning, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
    line(Level::error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace dhow::log
