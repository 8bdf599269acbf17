#pragma once
// Small steps on text that the files of this folder share.

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

namespace dhow::build::dockerfile {

/// What parts words.
inline constexpr std::string_view blanks = " \t\v\f\r";
inline constexpr std::string_view blanks_and_newline = " \t\v\f\r\n";

inline std::string_view trim_left(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(blanks_and_newline), text.size()));
    return text;
}

inline std::string_view trim_right(std::string_view text, std::string_view what = blanks_and_newline) {
    auto last = text.find_last_not_of(what);
    return text.substr(0, last == text.npos ? 0 : last + 1);
}

inline std::string_view trim(std::string_view text) { return trim_right(trim_left(text)); }

inline std::string upper(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::toupper(c); });
    return result;
}

inline std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
    return result;
}

}  // namespace dhow::build::dockerfile
