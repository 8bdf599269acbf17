#include "cli/terminal/detach_keys.hpp"

#include "base/error.hpp"
#include "cli/format/text.hpp"

namespace dhow::cli {

namespace {

/// One key: a character, "DEL", or "ctrl-" and a letter or one of @ [ \ ] ^ _.
char parse_key(std::string_view key, std::string_view all) {
    if (key.size() == 1) return key[0];
    if (key == "DEL") return 127;
    if (key.starts_with("ctrl-") && key.size() == 6) {
        char c = key[5];
        if (c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 1);
        if (c == '@') return 0;
        if (std::string_view("[\\]^_").find(c) != std::string_view::npos) return static_cast<char>(c - '@');
    }
    throw InvalidArgument("invalid detach keys ({}): Unknown character: '{}'", all, key);
}

}  // namespace

std::string parse_detach_keys(std::string_view text) {
    std::string keys;
    for (auto key : split(text, ',')) keys += parse_key(key, text);
    return keys;
}

bool DetachWatch::feed(std::string_view typed, std::string& out) {
    for (char c : typed) {
        if (!keys_.empty() && c == keys_[matched_]) {
            if (++matched_ == keys_.size()) return true;
            continue;
        }
        out.append(keys_, 0, matched_);
        matched_ = !keys_.empty() && c == keys_[0] ? 1 : 0;
        if (matched_ && keys_.size() == 1) return true;
        if (!matched_) out += c;
    }
    return false;
}

}  // namespace dhow::cli
