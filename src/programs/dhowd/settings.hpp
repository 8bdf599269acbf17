#pragma once
// The table of dhowd's options: it drives the command line, daemon.json and --help.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "programs/dhowd/config.hpp"

namespace dhow::daemon {

struct Setting {
    enum class Kind { flag, value, list };

    std::string_view option;     ///< without the dashes
    char letter;                 ///< short form, or 0
    std::string_view directive;  ///< in daemon.json; empty: on the command line alone
    Kind kind;
    std::string_view help;
    /// Takes one value at a time; of a flag "true" or "false". @throws InvalidArgument.
    void (*set)(Config& config, const std::string& value);
};

std::span<const Setting> settings();

}  // namespace dhow::daemon
