#include "shim/server/json_line.hpp"

#include <array>

namespace dhow::shim {

namespace {

/// The length of the UTF-8 sequence at the start of `text` (RFC 3629: no overlong forms, no surrogates), or
/// 0.
std::size_t utf8_length(std::string_view text) {
    auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    unsigned char first = byte(0);
    std::size_t length = 0;
    unsigned char low = 0x80, high = 0xbf;
    if (first >= 0xc2 && first <= 0xdf)
        length = 2;
    else if (first >= 0xe0 && first <= 0xef)
        length = 3;
    else if (first >= 0xf0 && first <= 0xf4)
        length = 4;
    else
        return 0;
    if (first == 0xe0) low = 0xa0;
    if (first == 0xed) high = 0x9f;
    if (first == 0xf0) low = 0x90;
    if (first == 0xf4) high = 0x8f;
    if (text.size() < length || byte(1) < low || byte(1) > high) return 0;
    for (std::size_t at = 2; at < length; ++at)
        if (byte(at) < 0x80 || byte(at) > 0xbf) return 0;
    return length;
}

bool plain(unsigned char byte) {
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\' && byte != '<' && byte != '>' &&
           byte != '&';
}

void append_escaped(std::string& out, unsigned char byte) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (byte == '"' || byte == '\\')
        (out += '\\') += static_cast<char>(byte);
    else if (byte == '\n')
        out += "\\n";
    else if (byte == '\r')
        out += "\\r";
    else
        ((out += "\\u00") += digits[byte >> 4]) += digits[byte & 15];
}

/// Appends the multi-byte character at the start of `text` and gives its length.
std::size_t append_multibyte(std::string& out, std::string_view text) {
    auto length = utf8_length(text);
    if (length == 0) {
        out += "\\ufffd";
        return 1;
    }
    auto sequence = text.substr(0, length);
    if (sequence == "\xe2\x80\xa8")
        out += "\\u2028";
    else if (sequence == "\xe2\x80\xa9")
        out += "\\u2029";
    else
        out += sequence;
    return length;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    for (std::size_t at = 0; at < text.size();) {
        auto end = at;
        while (end < text.size() && plain(static_cast<unsigned char>(text[end]))) ++end;
        out += text.substr(at, end - at);
        at = end;
        if (at == text.size()) break;
        auto byte = static_cast<unsigned char>(text[at]);
        if (byte >= 0x80) {
            at += append_multibyte(out, text.substr(at));
        } else {
            append_escaped(out, byte);
            ++at;
        }
    }
    out += '"';
}

void append_json_line(std::string& out, std::string_view text, bool newline, std::string_view stream,
                      std::string_view time) {
    out += '{';
    if (newline || !text.empty()) {
        out += "\"log\":";
        append_json_string(out, text);
        if (newline) out.insert(out.size() - 1, "\\n");
        out += ',';
    }
    out += "\"stream\":\"";
    out += stream;
    out += "\",\"time\":\"";
    out += time;
    out += "\"}\n";
}

}  // namespace dhow::shim
