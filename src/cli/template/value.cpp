#include "cli/template/value.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace dhow::cli::tmpl {

namespace {

std::string double_text(double number) {
    // fmt's %v is %g with an exponent of at least 21 before it goes scientific.
    if (std::isfinite(number) && std::abs(number) < 1e21 && (number == 0 || std::abs(number) >= 1e-4))
        return fmt::format("{}", number);
    return fmt::format("{:e}", number);
}

std::string object_text(const Object& object, bool inside_map);

std::string element_text(const Value& value, bool inside_map) {
    if (const auto* object = value.if_object()) return object_text(*object, inside_map);
    return to_text(value);
}

std::string object_text(const Object& object, bool inside_map) {
    // An empty object that is a map's element is Go's struct{}, as in ExposedPorts.
    if (object.empty()) return inside_map ? "{}" : "map[]";
    std::string text;
    if (is_struct(object)) {
        bool first = true;
        for (const auto& [key, value] : object)
            text.append(std::exchange(first, false) ? "" : " ").append(element_text(value, false));
        return "{" + text + "}";
    }
    for (auto key : sorted_keys(object)) {
        text.append(text.empty() ? "" : " ").append(key).append(":");
        text += element_text(object.at(key), true);
    }
    return "map[" + text + "]";
}

}  // namespace

bool is_struct(const Object& object) {
    return !object.empty() && std::ranges::all_of(object, [](const auto& entry) {
        return !entry.key().empty() && entry.key()[0] >= 'A' && entry.key()[0] <= 'Z';
    });
}

bool is_true(const Value& value) {
    switch (value.kind()) {
        case boost::json::kind::null:
            return false;
        case boost::json::kind::bool_:
            return value.get_bool();
        case boost::json::kind::int64:
            return value.get_int64() != 0;
        case boost::json::kind::uint64:
            return value.get_uint64() != 0;
        case boost::json::kind::double_:
            return value.get_double() != 0;
        case boost::json::kind::string:
            return !value.get_string().empty();
        case boost::json::kind::array:
            return !value.get_array().empty();
        case boost::json::kind::object:
            return !value.get_object().empty();
    }
    return false;
}

std::string to_text(const Value& value) {
    switch (value.kind()) {
        case boost::json::kind::null:
            return "<nil>";
        case boost::json::kind::bool_:
            return value.get_bool() ? "true" : "false";
        case boost::json::kind::int64:
            return std::to_string(value.get_int64());
        case boost::json::kind::uint64:
            return std::to_string(value.get_uint64());
        case boost::json::kind::double_:
            return double_text(value.get_double());
        case boost::json::kind::string:
            return std::string(std::string_view(value.get_string()));
        case boost::json::kind::object:
            return object_text(value.get_object(), false);
        case boost::json::kind::array:
            break;
    }
    std::string text;
    bool first = true;
    for (const auto& element : value.get_array())
        text.append(std::exchange(first, false) ? "" : " ").append(element_text(element, false));
    return "[" + text + "]";
}

std::vector<std::string_view> sorted_keys(const Object& object) {
    std::vector<std::string_view> keys;
    keys.reserve(object.size());
    for (const auto& entry : object) keys.push_back(entry.key());
    std::ranges::sort(keys);
    return keys;
}

std::string_view type_name(const Value& value) {
    switch (value.kind()) {
        case boost::json::kind::null:
            return "nil";
        case boost::json::kind::bool_:
            return "bool";
        case boost::json::kind::int64:
            return "int";
        case boost::json::kind::uint64:
            return "uint64";
        case boost::json::kind::double_:
            return "float64";
        case boost::json::kind::string:
            return "string";
        case boost::json::kind::array:
            return "[]interface {}";
        case boost::json::kind::object:
            return "map[string]interface {}";
    }
    return "?";
}

std::string to_json(const Value& value) { return json::dump(value); }

std::string quote(std::string_view text) {
    std::string quoted = "\"";
    for (char c : text) {
        switch (c) {
            case '"':
                quoted += "\\\"";
                break;
            case '\\':
                quoted += "\\\\";
                break;
            case '\n':
                quoted += "\\n";
                break;
            case '\t':
                quoted += "\\t";
                break;
            case '\r':
                quoted += "\\r";
                break;
            case '\a':
                quoted += "\\a";
                break;
            case '\b':
                quoted += "\\b";
                break;
            case '\f':
                quoted += "\\f";
                break;
            case '\v':
                quoted += "\\v";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
                    quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
                else
                    quoted += c;
        }
    }
    return quoted + '"';
}

bool is_number(const Value& value) { return value.is_int64() || value.is_uint64() || value.is_double(); }

double as_double(const Value& value) {
    if (value.is_int64()) return static_cast<double>(value.get_int64());
    if (value.is_uint64()) return static_cast<double>(value.get_uint64());
    return value.is_double() ? value.get_double() : 0;
}

}  // namespace dhow::cli::tmpl
