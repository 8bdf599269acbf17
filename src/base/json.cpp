#include "base/json.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <limits>

#include "base/text.hpp"

namespace dhow::json {

Value parse(std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = 64;
    boost::json::error_code error;
    Value value = boost::json::parse(text, error, {}, options);
    if (error) throw InvalidArgument("invalid JSON: {}", error.message());
    return value;
}

std::string dump(const Value& value) { return boost::json::serialize(value); }

namespace {

void pretty(std::string& out, const Value& value, int indent, int depth) {
    auto newline = [&](int level) {
        out += '\n';
        out.append(static_cast<std::size_t>(indent * level), ' ');
    };
    if (const Object* object = value.if_object(); object && !object->empty()) {
        out += '{';
        bool first = true;
        for (const auto& [key, element] : *object) {
            if (!std::exchange(first, false)) out += ',';
            newline(depth + 1);
            out += boost::json::serialize(Value(key));
            out += ": ";
            pretty(out, element, indent, depth + 1);
        }
        newline(depth);
        out += '}';
    } else if (const Array* array = value.if_array(); array && !array->empty()) {
        out += '[';
        bool first = true;
        for (const Value& element : *array) {
            if (!std::exchange(first, false)) out += ',';
            newline(depth + 1);
            pretty(out, element, indent, depth + 1);
        }
        newline(depth);
        out += ']';
    } else {
        out += boost::json::serialize(value);
    }
}

}  // namespace

std::string dump_pretty(const Value& value, int indent) {
    std::string out;
    pretty(out, value, indent, 0);
    return out;
}

namespace detail {

void expected(std::string_view what, const Value& found) {
    throw InvalidArgument("expected {}, found {}", what, boost::json::to_string(found.kind()));
}

std::int64_t to_int64(const Value& value) {
    if (value.is_int64()) return value.get_int64();
    if (value.is_uint64()) throw InvalidArgument("the number {} is out of range", value.get_uint64());
    if (value.is_double() &&
        value.get_double() == static_cast<double>(static_cast<std::int64_t>(value.get_double())))
        return static_cast<std::int64_t>(value.get_double());
    expected("a whole number", value);
}

std::uint64_t to_uint64(const Value& value) {
    if (value.is_uint64()) return value.get_uint64();
    auto number = to_int64(value);
    if (number < 0) throw InvalidArgument("the number {} is negative", number);
    return static_cast<std::uint64_t>(number);
}

double to_double(const Value& value) {
    if (value.is_double()) return value.get_double();
    if (value.is_int64()) return static_cast<double>(value.get_int64());
    if (value.is_uint64()) return static_cast<double>(value.get_uint64());
    expected("a number", value);
}

const Value* find_member(const Object& object, std::string_view name) {
    if (const Value* exact = object.if_contains(name)) return exact;
    for (const auto& [key, value] : object)
        if (equal_ignoring_case(key, name)) return &value;
    return nullptr;
}

void rethrow_in(std::string_view name, const Error& error) {
    std::string_view message = error.message();
    // "Outer" + "Inner: expected ..." reads "Outer.Inner: expected ..."; the innermost has no colon yet.
    bool has_path = message.find(": ") != std::string_view::npos;
    throw InvalidArgument("{}{}{}", name, has_path ? "." : ": ", message);
}

}  // namespace detail
}  // namespace dhow::json
