#pragma once
// One table of options drives parsing, help and completion.

#include <cstdint>
#include <span>
#include <string_view>

namespace dhow::cli {

/// How an option takes its value.
enum class Takes : std::uint8_t {
    nothing,  ///< a switch: --rm, --rm=false
    value,    ///< the last one counts
    values,   ///< each one counts, in order
};

/// What can stand for a value or an argument; the shell's completion asks for it.
enum class Completes : std::uint8_t {
    nothing,
    files,
    containers,
    running_containers,
    stopped_containers,
    images,
    volumes,
    networks,
    networks_of_containers,
    words,  ///< those in Option::words
};

/// Refuses a value: throws InvalidArgument with the reason alone ("invalid size: 'x'").
using Check = void (*)(std::string_view value);

/// One option of a command.
struct Option {
    std::string_view name;  ///< without dashes
    char letter = 0;        ///< or 0
    Takes takes = Takes::value;
    std::string_view type;  ///< the kind of value as help names it: "string", "list", "bytes"
    std::string_view help;
    Check check = nullptr;
    std::string_view initial = {};  ///< the value when it is not given; help shows it
    Completes completes = Completes::nothing;
    std::string_view words = {};       ///< separated by '|'
    bool hidden = false;               ///< an older name: works, is not shown
    std::string_view stands_for = {};  ///< the option whose value this one sets
};

/// Makers, so that a table reads as one line an option.
constexpr Option flag(std::string_view name, char letter, std::string_view help) {
    return {.name = name, .letter = letter, .takes = Takes::nothing, .type = "", .help = help};
}
constexpr Option flag_on(std::string_view name, char letter, std::string_view help) {
    return {
        .name = name, .letter = letter, .takes = Takes::nothing, .type = "", .help = help, .initial = "true"};
}
constexpr Option text(std::string_view name, char letter, std::string_view help,
                      std::string_view initial = {}) {
    return {.name = name, .letter = letter, .type = "string", .help = help, .initial = initial};
}
constexpr Option choice(std::string_view name, std::string_view help, std::string_view words,
                        std::string_view initial = {}) {
    return {.name = name,
            .type = "string",
            .help = help,
            .initial = initial,
            .completes = Completes::words,
            .words = words};
}
constexpr Option value(std::string_view name, char letter, std::string_view type, std::string_view help,
                       Check check, std::string_view initial = {}) {
    return {.name = name, .letter = letter, .type = type, .help = help, .check = check, .initial = initial};
}
constexpr Option list(std::string_view name, char letter, std::string_view help, Check check = nullptr,
                      std::string_view type = "list") {
    return {
        .name = name, .letter = letter, .takes = Takes::values, .type = type, .help = help, .check = check};
}
/// The same option under an older name.
constexpr Option alias(std::string_view name, Option of) {
    of.stands_for = of.name;
    of.name = name;
    of.letter = 0;
    of.hidden = true;
    return of;
}
constexpr Option completing(Option option, Completes completes) {
    option.completes = completes;
    return option;
}

using Options = std::span<const Option>;

/// The option that `--name` names, or null.
const Option* find_option(Options options, std::string_view name);
/// The option that `-l` names, or null.
const Option* find_option(Options options, char letter);

}  // namespace dhow::cli
