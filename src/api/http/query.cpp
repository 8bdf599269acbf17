#include "api/http/query.hpp"

#include <algorithm>
#include <charconv>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dhow::api::http {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::string percent_decode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            bool complete = text.size() - i > 2;
            int high = complete ? hex_digit(text[i + 1]) : -1;
            int low = complete ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0) throw InvalidArgument("invalid URL escape \"{}\"", text.substr(i, 3));
            c = static_cast<char>(high * 16 + low);
            if (c == '\0') throw InvalidArgument("invalid URL escape \"%00\"");
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        out += c;
    }
    return out;
}

Query Query::parse(std::string_view text) {
    Query query;
    while (!text.empty()) {
        auto end = text.find('&');
        auto pair = text.substr(0, end);
        text = end == text.npos ? std::string_view{} : text.substr(end + 1);
        if (pair.empty()) continue;
        auto equals = pair.find('=');
        auto value = equals == pair.npos ? std::string_view{} : pair.substr(equals + 1);
        query.add(percent_decode(pair.substr(0, equals), true), percent_decode(value, true));
    }
    return query;
}

const std::string* Query::find(std::string_view name) const {
    for (const auto& [key, value] : pairs_)
        if (key == name) return &value;
    return nullptr;
}

std::string Query::text(std::string_view name) const {
    const std::string* value = find(name);
    return value ? *value : "";
}

std::vector<std::string> Query::all(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& [key, value] : pairs_)
        if (key == name) values.push_back(value);
    return values;
}

bool Query::flag(std::string_view name, bool otherwise) const {
    const std::string* given = find(name);
    if (!given) return otherwise;
    auto value = lower(*given);
    return !(value.empty() || value == "0" || value == "no" || value == "false" || value == "none");
}

std::optional<std::int64_t> Query::number(std::string_view name) const {
    const std::string* given = find(name);
    if (!given || given->empty()) return std::nullopt;
    std::int64_t value = 0;
    const char* end = given->data() + given->size();
    auto [last, failed] = std::from_chars(given->data(), end, value);
    if (failed != std::errc{} || last != end)
        throw InvalidArgument("invalid value for parameter {}: \"{}\" is not a whole number", name, *given);
    return value;
}

}  // namespace dhow::api::http
