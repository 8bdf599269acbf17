#pragma once
// Pieces of headers and settings.

#include <string>
#include <string_view>

namespace dhow::registry {

/// ASCII letters in lower case.
inline std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

/// Without blanks and ends of lines around it.
inline std::string_view trim(std::string_view text) {
    auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

}  // namespace dhow::registry
