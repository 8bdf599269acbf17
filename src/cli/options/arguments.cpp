#include "cli/options/arguments.hpp"

#include "cli/options/checks.hpp"

namespace dhow::cli {

const Option* find_option(Options options, std::string_view name) {
    for (const auto& option : options)
        if (option.name == name) return &option;
    return nullptr;
}

const Option* find_option(Options options, char letter) {
    for (const auto& option : options)
        if (letter && option.letter == letter) return &option;
    return nullptr;
}

const Option& Arguments::known(std::string_view name) const {
    if (const auto* option = find_option(options_, name)) return *option;
    throw InternalError("the command has no option \"{}\"", name);
}

const std::string* Arguments::last(std::string_view name) const {
    const std::string* found = nullptr;
    for (const auto& given : given_)
        if (given.option->name == name || given.option->stands_for == name) found = &given.value;
    return found;
}

bool Arguments::has(std::string_view option) const {
    known(option);
    return last(option) != nullptr;
}

bool Arguments::flag(std::string_view option) const {
    const auto& description = known(option);
    const auto* value = last(option);
    return value ? parse_bool(*value) : description.initial == "true";
}

std::string_view Arguments::text(std::string_view option) const {
    const auto& description = known(option);
    const auto* value = last(option);
    return value ? std::string_view(*value) : description.initial;
}

std::int64_t Arguments::integer(std::string_view option) const {
    auto value = text(option);
    return value.empty() ? 0 : parse_integer(value);
}

std::vector<std::string> Arguments::list(std::string_view option) const {
    known(option);
    std::vector<std::string> values;
    for (const auto& given : given_)
        if (given.option->name == option || given.option->stands_for == option) values.push_back(given.value);
    return values;
}

void Arguments::set(const Option& option, std::string value) {
    try {
        if (option.takes == Takes::nothing)
            check_bool(value);
        else if (option.check)
            option.check(value);
    } catch (const InvalidArgument& error) {
        auto name = option.letter ? fmt::format("-{}, --{}", option.letter, option.name)
                                  : fmt::format("--{}", option.name);
        throw UsageError(
            fmt::format("invalid argument \"{}\" for \"{}\" flag: {}", value, name, error.message()));
    }
    given_.push_back({&option, std::move(value)});
}

void Arguments::parse_long(const std::vector<std::string>& words, std::size_t& at) {
    auto word = std::string_view(words[at]).substr(2);
    auto equals = word.find('=');
    auto name = word.substr(0, equals);
    if (name.empty() || name[0] == '-') throw UsageError("bad flag syntax: " + words[at]);
    const auto* option = find_option(options_, name);
    if (!option && name == "help") {
        help_ = equals == std::string_view::npos || parse_bool(word.substr(equals + 1));
        return;
    }
    if (!option) throw UsageError(fmt::format("unknown flag: --{}", name));
    if (equals != std::string_view::npos) return set(*option, std::string(word.substr(equals + 1)));
    if (option->takes == Takes::nothing) return set(*option, "true");
    if (at + 1 == words.size()) throw UsageError(fmt::format("flag needs an argument: --{}", name));
    set(*option, words[++at]);
}

void Arguments::parse_short(const std::vector<std::string>& words, std::size_t& at) {
    std::string_view letters = std::string_view(words[at]).substr(1);
    std::string all(letters);
    while (!letters.empty()) {
        char letter = letters[0];
        const auto* option = find_option(options_, letter);
        if (!option && letter == 'h') {
            help_ = true;
            return;
        }
        if (!option) throw UsageError(fmt::format("unknown shorthand flag: '{}' in -{}", letter, letters));
        letters.remove_prefix(1);
        if (letters.starts_with('=')) return set(*option, std::string(letters.substr(1)));
        if (option->takes == Takes::nothing) {
            set(*option, "true");
            continue;
        }
        if (!letters.empty()) return set(*option, std::string(letters));
        if (at + 1 == words.size())
            throw UsageError(fmt::format("flag needs an argument: '{}' in -{}", letter, all));
        return set(*option, words[++at]);
    }
}

std::size_t Arguments::parse(const std::vector<std::string>& words, bool options_first) {
    std::size_t at = 0;
    for (; at < words.size(); ++at) {
        const auto& word = words[at];
        if (word == "--") {
            positional_.insert(positional_.end(), words.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                               words.end());
            return words.size();
        }
        if (word.size() < 2 || word[0] != '-') {
            if (options_first) break;
            positional_.push_back(word);
            continue;
        }
        if (word[1] == '-')
            parse_long(words, at);
        else
            parse_short(words, at);
        if (help_) return words.size();
    }
    return at;
}

}  // namespace dhow::cli
