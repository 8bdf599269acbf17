#include <fmt/format.h>

#include "cli/template/functions.hpp"

namespace dhow::cli::tmpl {

namespace {

/// One verb with its flags: %-10.3s
struct Verb {
    bool left = false, zero = false, plus = false, sharp = false, space = false;
    int width = 0;
    int precision = -1;
    char letter = 0;
};

std::size_t characters(std::string_view text) {
    std::size_t count = 0;
    for (char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    return count;
}

std::string padded(const Verb& verb, std::string text) {
    auto length = characters(text);
    auto width = static_cast<std::size_t>(verb.width);
    if (length >= width) return text;
    if (verb.left) return text + std::string(width - length, ' ');
    bool negative = text.starts_with('-') || text.starts_with('+');
    if (verb.zero)
        return (negative ? text.substr(0, 1) : "") + std::string(width - length, '0') + text.substr(negative);
    return std::string(width - length, ' ') + text;
}

std::string bad(const Verb& verb, const Value& value) {
    return fmt::format("%!{}({}={})", verb.letter, type_name(value), to_text(value));
}

std::string hexadecimal(const Verb& verb, std::string_view text) {
    std::string result;
    for (unsigned char c : text)
        result += verb.letter == 'x' ? fmt::format("{:02x}", c) : fmt::format("{:02X}", c);
    return result;
}

std::string integer(const Verb& verb, std::int64_t number) {
    auto magnitude = number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
    std::string digits;
    switch (verb.letter) {
        case 'x':
            digits = fmt::format("{:x}", magnitude);
            break;
        case 'X':
            digits = fmt::format("{:X}", magnitude);
            break;
        case 'o':
            digits = fmt::format("{:o}", magnitude);
            break;
        case 'b':
            digits = fmt::format("{:b}", magnitude);
            break;
        default:
            digits = std::to_string(magnitude);
    }
    if (verb.sharp && (verb.letter == 'x' || verb.letter == 'X'))
        digits.insert(0, verb.letter == 'x' ? "0x" : "0X");
    return (number < 0 ? "-" : verb.plus ? "+" : verb.space ? " " : "") + digits;
}

std::string real(const Verb& verb, double number) {
    int precision = verb.precision < 0 ? 6 : verb.precision;
    switch (verb.letter) {
        case 'f':
        case 'F':
            return fmt::format("{:.{}f}", number, precision);
        case 'e':
            return fmt::format("{:.{}e}", number, precision);
        default:
            return verb.precision < 0 ? fmt::format("{:g}", number)
                                      : fmt::format("{:.{}g}", number, precision);
    }
}

std::string one(const Verb& verb, const Value& value) {
    std::string_view letters = "v";
    if (value.is_string())
        letters = "vsqxX";
    else if (value.is_int64() || value.is_uint64())
        letters = "vdxXobcU";
    else if (value.is_double())
        letters = "vfFeg";
    else if (value.is_bool())
        letters = "vt";
    else
        letters = "vsqd";
    if (verb.letter == 'T') return std::string(type_name(value));
    if (letters.find(verb.letter) == std::string_view::npos) return bad(verb, value);
    if (verb.letter == 'c') return std::string(1, static_cast<char>(value.to_number<std::int64_t>()));
    if (verb.letter == 'U') return fmt::format("U+{:04X}", value.to_number<std::int64_t>());
    if (value.is_string() && (verb.letter == 'x' || verb.letter == 'X'))
        return hexadecimal(verb, value.get_string());
    if (value.is_int64()) return integer(verb, value.get_int64());
    if (value.is_double() && verb.letter != 'v') return real(verb, value.get_double());
    auto text = to_text(value);
    if (value.is_string() && verb.precision >= 0)
        text.resize(std::min<std::size_t>(text.size(), static_cast<std::size_t>(verb.precision)));
    return verb.letter == 'q' || (verb.letter == 'v' && verb.sharp && value.is_string()) ? quote(text) : text;
}

int number(std::string_view format, std::size_t& at) {
    int value = 0;
    while (at < format.size() && format[at] >= '0' && format[at] <= '9' && value < 100000)
        value = value * 10 + (format[at++] - '0');
    return value;
}

Verb read_verb(std::string_view format, std::size_t& at) {
    Verb verb;
    for (; at < format.size(); ++at) {
        if (format[at] == '-')
            verb.left = true;
        else if (format[at] == '0')
            verb.zero = true;
        else if (format[at] == '+')
            verb.plus = true;
        else if (format[at] == '#')
            verb.sharp = true;
        else if (format[at] == ' ')
            verb.space = true;
        else
            break;
    }
    verb.width = std::min(number(format, at), 4096);
    if (at < format.size() && format[at] == '.') verb.precision = std::min(number(format, ++at), 64);
    if (at < format.size()) verb.letter = format[at++];
    return verb;
}

}  // namespace

std::string format_text(std::string_view format, const Value* first, std::size_t count) {
    std::string text;
    std::size_t used = 0;
    for (std::size_t at = 0; at < format.size();) {
        if (format[at] != '%') {
            text += format[at++];
            continue;
        }
        auto verb = read_verb(format, ++at);
        if (verb.letter == '%')
            text += '%';
        else if (!verb.letter)
            text += "%!(NOVERB)";
        else if (used == count)
            text += fmt::format("%!{}(MISSING)", verb.letter);
        else
            text += padded(verb, one(verb, first[used++]));
    }
    if (used < count) {
        text += "%!(EXTRA ";
        for (std::size_t i = used; i < count; ++i)
            text += fmt::format("{}{}={}", i > used ? ", " : "", type_name(first[i]), to_text(first[i]));
        text += ")";
    }
    return text;
}

}  // namespace dhow::cli::tmpl
