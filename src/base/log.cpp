#include "base/log.hpp"

#include <atomic>

#include <unistd.h>

#include "base/units.hpp"

namespace dhow::log {

namespace {

std::atomic<Level> threshold{Level::info};

std::string_view name(Level level) {
    switch (level) {
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warning:
            return "warning";
        case Level::error:
            return "error";
    }
    return "error";
}

std::string quoted(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out;
}

}  // namespace

void set_level(Level level) { threshold = level; }
bool enabled(Level level) { return level >= threshold.load(std::memory_order_relaxed); }

void line(Level level, std::string_view message) {
    auto text = fmt::format("time=\"{}\" level={} msg=\"{}\"\n", format_timestamp_fixed(now()), name(level),
                            quoted(message));
    // One write(2), so that lines of several threads do not mix; nobody can be told that it failed.
    [[maybe_unused]] auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace dhow::log
