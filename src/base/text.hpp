#pragma once
// Small steps on text. ASCII alone: other bytes stay as they are.

#include <algorithm>
#include <string>
#include <string_view>

namespace dhow {

/// What stands between words, in a line and between lines.
inline constexpr std::string_view blanks = " \t\v\f\r";
inline constexpr std::string_view blanks_and_newline = " \t\v\f\r\n";

inline std::string_view trim_left(std::string_view text, std::string_view what = blanks_and_newline) {
    text.remove_prefix(std::min(text.find_first_not_of(what), text.size()));
    return text;
}

inline std::string_view trim_right(std::string_view text, std::string_view what = blanks_and_newline) {
    return text.substr(0, text.find_last_not_of(what) + 1);
}

inline std::string_view trim(std::string_view text) { return trim_right(trim_left(text)); }

inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
inline char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

inline std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = lower(c);
    return result;
}

inline std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = upper(c);
    return result;
}

inline bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace dhow
