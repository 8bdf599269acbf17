#include "programs/dhow-runtime/options.hpp"

#include <charconv>
#include <cstdint>

#include "base/error.hpp"

namespace dhow::runtime_program {

namespace {

const Option& find_option(std::span<const Option> known, std::string_view name) {
    for (const auto& option : known)
        if (option.name == name || (name.size() == 1 && option.short_name == name)) return option;
    throw InvalidArgument("unknown option: {}{}", name.size() == 1 ? "-" : "--", name);
}

}  // namespace

Options::Options(std::span<const Option> known, std::span<const std::string>& args) {
    while (!args.empty()) {
        std::string_view word = args.front();
        if (word.size() < 2 || word.front() != '-') return;
        args = args.subspan(1);
        if (word == "--") return;
        word.remove_prefix(word.starts_with("--") ? 2 : 1);
        auto equals = word.find('=');
        const Option& option = find_option(known, word.substr(0, equals));
        std::string value;
        if (equals != std::string_view::npos) {
            value = word.substr(equals + 1);
            if (!option.takes_value && value != "true" && value != "false")
                throw InvalidArgument("option --{} is true or false", option.name);
            if (value == "false" && !option.takes_value) continue;
        } else if (option.takes_value) {
            if (args.empty()) throw InvalidArgument("option --{} needs a value", option.name);
            value = args.front();
            args = args.subspan(1);
        }
        values_.emplace(option.name, value);
    }
}

bool Options::has(std::string_view name) const { return values_.contains(name); }

std::optional<std::string> Options::find(std::string_view name) const {
    auto [begin, end] = values_.equal_range(name);
    return begin == end ? std::nullopt : std::optional(std::prev(end)->second);
}

std::string Options::get(std::string_view name, std::string otherwise) const {
    return find(name).value_or(std::move(otherwise));
}

std::vector<std::string> Options::all(std::string_view name) const {
    std::vector<std::string> found;
    auto [begin, end] = values_.equal_range(name);
    for (; begin != end; ++begin) found.push_back(begin->second);
    return found;
}

std::int64_t parse_number(std::string_view name, std::string_view text) {
    std::int64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size())
        throw InvalidArgument("--{} takes a number, not \"{}\"", name, text);
    return number;
}

}  // namespace dhow::runtime_program
