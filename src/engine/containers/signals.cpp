// Words of people that become numbers: signals, and the keys that detach.

#include "linux/signals.hpp"

#include <cctype>

#include "base/error.hpp"
#include "engine/containers/containers.hpp"

namespace dhow::engine {

namespace {

std::string key_bytes(const std::string& key, const std::string& text) {
    if (key.size() == 1) return key;
    if (key.size() == 6 && key.starts_with("ctrl-")) {
        auto letter = static_cast<char>(std::tolower(static_cast<unsigned char>(key[5])));
        if (letter >= 'a' && letter <= 'z') return {static_cast<char>(letter - 'a' + 1)};
        if (letter == '@') return {'\0'};
        if (letter >= '[' && letter <= '_') return {static_cast<char>(letter - '[' + 27)};
    }
    throw InvalidArgument("Invalid detach keys ({}): Unknown character: '{}'", text, key);
}

}  // namespace

int parse_signal(const std::string& text) { return linux::parse_signal(text); }

std::string parse_detach_keys(const std::string& text) {
    std::string bytes;
    std::size_t begin = 0;
    while (!text.empty()) {
        auto comma = text.find(',', begin);
        bytes += key_bytes(text.substr(begin, comma - begin), text);
        if (comma == std::string::npos) break;
        begin = comma + 1;
    }
    return bytes;
}

}  // namespace dhow::engine
