#include "cli/template/functions.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"

namespace dhow::cli::tmpl {

namespace {

using Arguments = std::vector<Value>;

std::string_view string_of(const Arguments& a, std::size_t index) {
    if (!a[index].is_string()) throw WrongArgument(index, "string", a[index]);
    return a[index].get_string();
}

std::int64_t integer_of(const Arguments& a, std::size_t index) {
    if (a[index].is_int64()) return a[index].get_int64();
    if (a[index].is_uint64()) return static_cast<std::int64_t>(a[index].get_uint64());
    throw WrongArgument(index, "int", a[index]);
}

/// Positions in a string are those of bytes in Go, but what is cut or counted for people are characters.
std::size_t character_end(std::string_view text, std::size_t characters) {
    std::size_t at = 0;
    while (at < text.size() && characters--) {
        ++at;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) ++at;
    }
    return at;
}

Value lower(const Arguments& a) { return Value(dhow::lower(string_of(a, 0))); }
Value upper(const Arguments& a) { return Value(dhow::upper(string_of(a, 0))); }

Value title(const Arguments& a) {
    std::string text(string_of(a, 0));
    bool starts = true;
    for (char& c : text) {
        if (starts && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
        bool part_of_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            c == '_' || c == '\'' || static_cast<unsigned char>(c) >= 0x80;
        starts = !part_of_word;
    }
    return Value(text);
}

Value split(const Arguments& a) {
    auto text = string_of(a, 0);
    auto separator = string_of(a, 1);
    Array parts;
    if (separator.empty()) {
        while (!text.empty()) {
            auto end = character_end(text, 1);
            parts.emplace_back(text.substr(0, end));
            text.remove_prefix(end);
        }
        return parts;
    }
    while (true) {
        auto at = text.find(separator);
        parts.emplace_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + separator.size());
    }
}

Value join(const Arguments& a) {
    if (a[0].is_null()) return Value("");
    if (!a[0].is_array()) throw WrongArgument(0, "[]string", a[0]);
    std::string joined;
    bool first = true;
    for (const auto& element : a[0].get_array()) {
        if (!std::exchange(first, false)) joined += string_of(a, 1);
        joined += to_text(element);
    }
    return Value(joined);
}

Value pad(const Arguments& a) {
    auto text = string_of(a, 0);
    if (text.empty()) return Value("");
    auto front = std::clamp<std::int64_t>(integer_of(a, 1), 0, 4096);
    auto back = std::clamp<std::int64_t>(integer_of(a, 2), 0, 4096);
    return Value(std::string(static_cast<std::size_t>(front), ' ') + std::string(text) +
                 std::string(static_cast<std::size_t>(back), ' '));
}

Value truncate(const Arguments& a) {
    auto text = string_of(a, 0);
    auto length = std::max<std::int64_t>(integer_of(a, 1), 0);
    return Value(text.substr(0, character_end(text, static_cast<std::size_t>(length))));
}

Value length(const Arguments& a) {
    if (const auto* text = a[0].if_string()) return Value(static_cast<std::int64_t>(text->size()));
    if (const auto* array = a[0].if_array()) return Value(static_cast<std::int64_t>(array->size()));
    if (const auto* object = a[0].if_object()) return Value(static_cast<std::int64_t>(object->size()));
    if (a[0].is_null()) throw InvalidArgument("len of nil pointer");
    throw InvalidArgument("len of type {}", type_name(a[0]));
}

Value index(const Arguments& a) {
    Value current = a[0];
    for (std::size_t i = 1; i < a.size(); ++i) current = index_value(current, a[i]);
    return current;
}

Value slice(const Arguments& a) {
    bool is_text = a[0].is_string();
    if (!is_text && !a[0].is_array()) throw InvalidArgument("can't slice item of type {}", type_name(a[0]));
    auto size = static_cast<std::int64_t>(is_text ? a[0].get_string().size() : a[0].get_array().size());
    std::int64_t bounds[2] = {0, size};
    for (std::size_t i = 1; i < a.size(); ++i) {
        auto bound = integer_of(a, i);
        if (bound < 0 || bound > size) throw InvalidArgument("index out of range: {}", bound);
        bounds[i - 1] = bound;
    }
    if (bounds[0] > bounds[1]) throw InvalidArgument("invalid slice index: {} > {}", bounds[0], bounds[1]);
    auto from = static_cast<std::size_t>(bounds[0]);
    auto count = static_cast<std::size_t>(bounds[1] - bounds[0]);
    if (is_text) return Value(std::string_view(a[0].get_string()).substr(from, count));
    const auto& array = a[0].get_array();
    return Array(array.begin() + bounds[0], array.begin() + bounds[1]);
}

bool equal(const Value& left, const Value& right) {
    if (is_number(left) && is_number(right)) return as_double(left) == as_double(right);
    if (left.is_null() || right.is_null()) return left.is_null() && right.is_null();
    if (left.kind() != right.kind()) throw InvalidArgument("incompatible types for comparison");
    if (left.is_array() || left.is_object()) throw InvalidArgument("non-comparable type {}", type_name(left));
    return left == right;
}

bool less(const Value& left, const Value& right) {
    if (is_number(left) && is_number(right)) return as_double(left) < as_double(right);
    if (left.is_string() && right.is_string()) return left.get_string() < right.get_string();
    if (left.kind() != right.kind()) throw InvalidArgument("incompatible types for comparison");
    throw InvalidArgument("invalid type for comparison");
}

Value equal_any(const Arguments& a) {
    if (a.size() < 2) throw InvalidArgument("missing argument for comparison");
    return Value(std::any_of(a.begin() + 1, a.end(), [&](const Value& other) { return equal(a[0], other); }));
}

/// fmt.Sprint: spaces only between operands neither of which is a string.
std::string print_text(const Arguments& a) {
    std::string text;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (i > 0 && !a[i].is_string() && !a[i - 1].is_string()) text += ' ';
        text += to_text(a[i]);
    }
    return text;
}

Value print_line(const Arguments& a) {
    std::string text;
    for (std::size_t i = 0; i < a.size(); ++i) text.append(i ? " " : "").append(to_text(a[i]));
    return Value(text + '\n');
}

Value escape_html(const Arguments& a) {
    std::string escaped;
    for (char c : print_text(a)) {
        if (c == '<')
            escaped += "&lt;";
        else if (c == '>')
            escaped += "&gt;";
        else if (c == '&')
            escaped += "&amp;";
        else if (c == '"')
            escaped += "&#34;";
        else if (c == '\'')
            escaped += "&#39;";
        else
            escaped += c;
    }
    return Value(escaped);
}

Value escape_query(const Arguments& a) {
    std::string escaped;
    for (char c : print_text(a)) {
        bool plain =
            std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == '~';
        if (plain)
            escaped += c;
        else if (c == ' ')
            escaped += '+';
        else
            escaped += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return Value(escaped);
}

struct Function {
    std::string_view name;
    int least;
    int most;  ///< -1: any number
    Value (*call)(const Arguments&);
};

constexpr std::array functions{
    Function{"and", 1, -1, nullptr},
    Function{"or", 1, -1, nullptr},
    Function{"not", 1, 1, [](const Arguments& a) { return Value(!is_true(a[0])); }},
    Function{"eq", 1, -1, equal_any},
    Function{"ne", 2, 2, [](const Arguments& a) { return Value(!equal(a[0], a[1])); }},
    Function{"lt", 2, 2, [](const Arguments& a) { return Value(less(a[0], a[1])); }},
    Function{"le", 2, 2, [](const Arguments& a) { return Value(less(a[0], a[1]) || equal(a[0], a[1])); }},
    Function{"gt", 2, 2, [](const Arguments& a) { return Value(!less(a[0], a[1]) && !equal(a[0], a[1])); }},
    Function{"ge", 2, 2, [](const Arguments& a) { return Value(!less(a[0], a[1])); }},
    Function{"index", 1, -1, index},
    Function{"slice", 1, 3, slice},
    Function{"len", 1, 1, length},
    Function{"print", 0, -1, [](const Arguments& a) { return Value(print_text(a)); }},
    Function{
        "printf", 1, -1,
        [](const Arguments& a) { return Value(format_text(string_of(a, 0), a.data() + 1, a.size() - 1)); }},
    Function{"println", 0, -1, print_line},
    Function{"html", 0, -1, escape_html},
    Function{"urlquery", 0, -1, escape_query},
    Function{"json", 1, 1, [](const Arguments& a) { return Value(to_json(a[0])); }},
    Function{"lower", 1, 1, lower},
    Function{"upper", 1, 1, upper},
    Function{"title", 1, 1, title},
    Function{"split", 2, 2, split},
    Function{"join", 2, 2, join},
    Function{"pad", 3, 3, pad},
    Function{"truncate", 2, 2, truncate},
};

}  // namespace

WrongArgument::WrongArgument(std::size_t index, std::string_view expected, const Value& value)
    : Error(ErrorKind::invalid_argument,
            fmt::format("wrong type for value; expected {}; got {}", expected, type_name(value))),
      index_(index),
      expected_(expected) {}

std::string WrongArgument::about_literal(std::string_view source) const {
    if (expected_ == "[]string") return fmt::format("can't handle {} for arg of type []string", source);
    return fmt::format("expected {}; found {}", expected_ == "int" ? "integer" : expected_, source);
}

bool is_function(std::string_view name) {
    return std::ranges::any_of(functions, [&](const Function& function) { return function.name == name; });
}

Value call_function(std::string_view name, const std::vector<Value>& arguments) {
    const auto& function = *std::ranges::find(functions, name, &Function::name);
    auto count = static_cast<int>(arguments.size());
    if (count < function.least)
        throw WrongCall(fmt::format("wrong number of args for {}: want {}{} got {}", name,
                                    function.most == function.least ? "" : "at least ", function.least,
                                    count));
    if (function.most >= 0 && count > function.most)
        throw WrongCall(
            fmt::format("wrong number of args for {}: want {} got {}", name, function.most, count));
    return function.call(arguments);
}

Value index_value(const Value& value, const Value& key) {
    if (const auto* object = value.if_object()) {
        if (!key.is_string()) throw InvalidArgument("value has type {}; should be string", type_name(key));
        const auto* found = object->if_contains(std::string_view(key.get_string()));
        return found ? *found : Value("");
    }
    if (value.is_null()) throw InvalidArgument("index of nil pointer");
    if (!value.is_array() && !value.is_string())
        throw InvalidArgument("can't index item of type {}", type_name(value));
    if (!key.is_int64()) throw InvalidArgument("cannot index slice/array with type {}", type_name(key));
    auto at = key.get_int64();
    auto size = value.is_array() ? value.get_array().size() : value.get_string().size();
    if (at < 0 || static_cast<std::size_t>(at) >= size) throw InvalidArgument("index out of range: {}", at);
    if (value.is_array()) return value.get_array()[static_cast<std::size_t>(at)];
    return Value(static_cast<std::int64_t>(
        static_cast<unsigned char>(value.get_string()[static_cast<std::size_t>(at)])));
}

}  // namespace dhow::cli::tmpl
