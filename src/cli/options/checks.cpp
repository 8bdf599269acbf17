#include "cli/options/checks.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "base/error.hpp"
#include "base/units.hpp"

namespace dhow::cli {

namespace {

InvalidArgument bad_syntax(std::string_view function, std::string_view text) {
    return InvalidArgument("strconv.{}: parsing \"{}\": invalid syntax", function, text);
}

InvalidArgument out_of_range(std::string_view function, std::string_view text) {
    return InvalidArgument("strconv.{}: parsing \"{}\": value out of range", function, text);
}

/// Takes the prefix of a number off: 0x, 0o, 0b, and the 0 of octal.
int take_base(std::string_view& digits) {
    if (digits.size() < 2 || digits[0] != '0') return 10;
    char prefix = static_cast<char>(digits[1] | 32);
    int base = prefix == 'x' ? 16 : prefix == 'o' ? 8 : prefix == 'b' ? 2 : 0;
    digits.remove_prefix(base ? 2 : 1);
    return base ? base : 8;
}

std::uint64_t parse_magnitude(std::string_view function, std::string_view digits, std::string_view text) {
    int base = take_base(digits);
    std::uint64_t number = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
    if (error == std::errc::result_out_of_range) throw out_of_range(function, text);
    if (error != std::errc{} || end != digits.data() + digits.size()) throw bad_syntax(function, text);
    return number;
}

}  // namespace

bool parse_bool(std::string_view text) {
    for (auto yes : {"1", "t", "T", "TRUE", "true", "True"})
        if (text == yes) return true;
    for (auto no : {"0", "f", "F", "FALSE", "false", "False"})
        if (text == no) return false;
    throw bad_syntax("ParseBool", text);
}

std::int64_t parse_integer(std::string_view text) {
    auto digits = text;
    bool negative = digits.starts_with('-');
    if (negative || digits.starts_with('+')) digits.remove_prefix(1);
    auto magnitude = parse_magnitude("ParseInt", digits, text);
    constexpr auto limit = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (magnitude > limit + (negative ? 1 : 0)) throw out_of_range("ParseInt", text);
    return negative ? static_cast<std::int64_t>(~magnitude + 1) : static_cast<std::int64_t>(magnitude);
}

std::uint64_t parse_unsigned(std::string_view text) { return parse_magnitude("ParseUint", text, text); }

std::int64_t parse_cpus(std::string_view text) {
    double number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number))
        throw InvalidArgument("failed to parse {} as a rational number", text);
    double billionths = number * 1e9;
    if (std::abs(billionths) > 9e18 || std::abs(billionths - std::round(billionths)) > 1e-3)
        throw InvalidArgument("value is too precise");
    return static_cast<std::int64_t>(std::llround(billionths));
}

std::int64_t parse_swap(std::string_view text) { return text == "-1" ? -1 : parse_size(text); }

void check_bool(std::string_view text) { parse_bool(text); }
void check_integer(std::string_view text) { parse_integer(text); }
void check_unsigned(std::string_view text) { parse_unsigned(text); }
void check_uint16(std::string_view text) {
    if (parse_unsigned(text) > 0xffff) throw out_of_range("ParseUint", text);
}

void check_size(std::string_view text) {
    try {
        parse_size(text);
    } catch (const InvalidArgument&) {
        auto last = text.find_last_of("0123456789. ");
        if (last == std::string_view::npos || last + 1 == text.size()) throw;
        throw InvalidArgument("invalid suffix: '{}'", text.substr(last + 1));
    }
}

void check_swap(std::string_view text) {
    if (text != "-1") check_size(text);
}

void check_duration(std::string_view text) {
    try {
        parse_duration(text);
    } catch (const InvalidArgument&) {
        bool only_digits = !text.empty() && text.find_first_not_of("0123456789.+-") == std::string_view::npos;
        if (only_digits) throw InvalidArgument("time: missing unit in duration \"{}\"", text);
        throw InvalidArgument("time: invalid duration \"{}\"", text);
    }
}

void check_cpus(std::string_view text) { parse_cpus(text); }

void check_filter(std::string_view text) {
    if (!text.empty() && text.find('=') == std::string_view::npos)
        throw InvalidArgument("bad format of filter (expected name=value)");
}

void check_environment(std::string_view text) {
    if (text.empty() || text[0] == '=') throw InvalidArgument("invalid environment variable: {}", text);
}

void check_label(std::string_view text) {
    auto key = text.substr(0, text.find('='));
    if (key.find_first_not_of(" \t") == std::string_view::npos)
        throw InvalidArgument("invalid label '{}': empty name", text);
}

void check_key_value(std::string_view text) {
    auto equals = text.find('=');
    if (equals == 0 || text.empty()) throw InvalidArgument("invalid key value pair '{}'", text);
}

}  // namespace dhow::cli
