#include "wire/filters.hpp"

#include <algorithm>

#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/json.hpp"

namespace dhow::wire {

Filters Filters::parse(std::string_view text) {
    Filters filters;
    if (text.empty()) return filters;
    json::Value document;
    try {
        document = json::parse(text);
    } catch (const InvalidArgument&) {
        throw InvalidArgument("invalid filter");
    }
    if (document.is_null()) return filters;
    const json::Object* object = document.if_object();
    if (!object) throw InvalidArgument("invalid filter");
    for (const auto& [name, given] : *object) {
        auto& values = filters.values_[std::string(name)];
        if (const json::Object* set = given.if_object()) {
            for (const auto& [value, wanted] : *set) {
                if (!wanted.is_bool()) throw InvalidArgument("invalid filter");
                if (wanted.get_bool()) values.emplace(value);
            }
        } else if (const json::Array* array = given.if_array()) {
            for (const json::Value& value : *array) {
                if (!value.is_string()) throw InvalidArgument("invalid filter");
                values.emplace(std::string_view(value.get_string()));
            }
        } else if (!given.is_null()) {
            throw InvalidArgument("invalid filter");
        }
    }
    return filters;
}

std::string Filters::to_json() const {
    if (values_.empty()) return "";
    json::Object document;
    for (const auto& [name, values] : values_) {
        json::Object set;
        for (const auto& value : values) set.emplace(value, true);
        document.emplace(name, std::move(set));
    }
    return json::dump(document);
}

const std::set<std::string>& Filters::values(std::string_view name) const {
    static const std::set<std::string> none;
    auto found = values_.find(name);
    return found == values_.end() ? none : found->second;
}

bool Filters::truth(std::string_view name, bool otherwise) const {
    auto found = values_.find(name);
    if (found == values_.end()) return otherwise;
    const auto& given = found->second;
    if (given.empty()) throw InvalidArgument("invalid filter '{}'", name);
    bool is_true = given.contains("1") || given.contains("true");
    bool is_false = given.contains("0") || given.contains("false");
    if (is_true == is_false) throw InvalidArgument("invalid filter '{}=[{}]'", name, fmt::join(given, " "));
    return is_true;
}

void Filters::require_known(std::initializer_list<std::string_view> known) const {
    for (const auto& [name, values] : values_)
        if (std::ranges::find(known, name) == known.end()) throw InvalidArgument("invalid filter '{}'", name);
}

}  // namespace dhow::wire
