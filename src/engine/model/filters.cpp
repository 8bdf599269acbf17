#include "engine/model/filters.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <regex>

#include <fmt/ranges.h>

#include "base/error.hpp"

namespace dhow::engine {

namespace {

const std::set<std::string> nothing;

bool has_label(const std::map<std::string, std::string>& labels, const std::string& wanted) {
    auto equals = wanted.find('=');
    auto found = labels.find(wanted.substr(0, equals));
    if (found == labels.end()) return false;
    return equals == std::string::npos || found->second == wanted.substr(equals + 1);
}

std::optional<Timestamp> parse_unix_seconds(std::string_view text) {
    std::int64_t seconds = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc()) return std::nullopt;
    std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
    std::int64_t nanoseconds = 0;
    if (!rest.empty()) {
        if (rest[0] != '.' || rest.size() > 10) return std::nullopt;
        std::string digits(rest.substr(1));
        digits.resize(9, '0');
        if (!std::ranges::all_of(digits, [](unsigned char c) { return std::isdigit(c) != 0; }))
            return std::nullopt;
        nanoseconds = std::stoll(digits);
    }
    return Timestamp(std::chrono::seconds(seconds)) + std::chrono::nanoseconds(nanoseconds);
}

/// Go's layouts without zone or time, which docker reads as the daemon's local time; dhow's is UTC.
std::optional<Timestamp> parse_calendar(std::string text) {
    if (text.size() < 10 || text[4] != '-') return std::nullopt;
    if (text.size() == 10) text += "T00:00:00";
    if (text.size() == 13) text += ":00:00";
    if (text.size() == 16) text += ":00";
    bool has_zone = text.back() == 'Z' || text.find_first_of("+-", 11) != std::string::npos;
    if (!has_zone) text += 'Z';
    try {
        return parse_timestamp(text);
    } catch (const InvalidArgument&) {
        return std::nullopt;
    }
}

}  // namespace

const std::set<std::string>& Filters::get(std::string_view name) const {
    auto found = values_.find(std::string(name));
    return found == values_.end() ? nothing : found->second;
}

void Filters::require_known(std::initializer_list<std::string_view> accepted) const {
    for (const auto& [name, values] : values_)
        if (std::ranges::find(accepted, name) == accepted.end())
            throw InvalidArgument("invalid filter '{}'", name);
}

bool Filters::matches(std::string_view name, std::string_view value) const {
    const auto& values = get(name);
    return values.empty() || values.contains(std::string(value));
}

bool Filters::matches_prefix(std::string_view name, std::string_view value) const {
    const auto& values = get(name);
    return values.empty() ||
           std::ranges::any_of(values, [&](const auto& one) { return value.starts_with(one); });
}

bool Filters::matches_pattern(std::string_view name, std::string_view value) const {
    const auto& values = get(name);
    auto fits = [&](const std::string& pattern) {
        if (value == pattern) return true;
        // A plain word needs no regular expression; and one that is malformed is compared as text, as in
        // docker.
        if (std::ranges::all_of(pattern,
                                [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; }))
            return value.find(pattern) != std::string_view::npos;
        if (pattern.size() > 256 || value.size() > 1024) return false;
        try {
            return std::regex_search(value.begin(), value.end(), std::regex(pattern, std::regex::ECMAScript));
        } catch (const std::regex_error&) {
            return false;
        }
    };
    return values.empty() || std::ranges::any_of(values, fits);
}

bool Filters::matches_labels(const std::map<std::string, std::string>& labels) const {
    return std::ranges::all_of(get("label"), [&](const auto& wanted) { return has_label(labels, wanted); }) &&
           std::ranges::none_of(get("label!"), [&](const auto& wanted) { return has_label(labels, wanted); });
}

std::optional<bool> Filters::boolean(std::string_view name) const {
    const auto& values = get(name);
    if (values.empty()) return std::nullopt;
    auto is_any = [&](std::initializer_list<std::string_view> words) {
        return std::ranges::any_of(words, [&](auto word) { return values.contains(std::string(word)); });
    };
    bool truth = is_any({"1", "true", "True", "TRUE", "t", "T"});
    bool falsehood = is_any({"0", "false", "False", "FALSE", "f", "F"});
    if (truth == falsehood) throw InvalidArgument("invalid filter '{}=[{}]'", name, fmt::join(values, " "));
    return truth;
}

std::optional<Timestamp> Filters::until(Timestamp at) const {
    const auto& values = get("until");
    if (values.empty()) return std::nullopt;
    if (values.size() > 1) throw InvalidArgument("more than one until filter specified");
    return parse_moment(*values.begin(), at);
}

Timestamp parse_moment(std::string_view text, Timestamp at) {
    if (auto seconds = parse_unix_seconds(text)) return *seconds;
    if (auto date = parse_calendar(std::string(text))) return *date;
    try {
        return at - parse_duration(text);
    } catch (const InvalidArgument&) {
        throw InvalidArgument(
            "invalid value for time: \"{}\": it is no time stamp, no Unix time and no duration", text);
    }
}

}  // namespace dhow::engine
