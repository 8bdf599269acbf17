#include "wire/codec.hpp"

#include "base/error.hpp"

namespace dhow::json {

wire::Words Custom<wire::Words>::from(const Value& value) {
    wire::Words words;
    if (value.is_null()) return words;
    if (value.is_string()) {
        words.push_back(json::from<std::string>(value));
        return words;
    }
    return json::from<std::vector<std::string>>(value);
}

Value Custom<wire::Words>::to(const wire::Words& words) {
    if (words.empty()) return nullptr;
    return json::to<std::vector<std::string>>(words);
}

wire::KeySet Custom<wire::KeySet>::from(const Value& value) {
    wire::KeySet keys;
    if (value.is_null()) return keys;
    const Object* object = value.if_object();
    if (!object) detail::expected("an object", value);
    for (const auto& entry : *object) keys.emplace(entry.key());
    return keys;
}

Value Custom<wire::KeySet>::to(const wire::KeySet& keys) {
    if (keys.empty()) return nullptr;
    Object object;
    for (const auto& key : keys) object.emplace(key, Object{});
    return object;
}

wire::PortBindings Custom<wire::PortBindings>::from(const Value& value) {
    wire::PortBindings bindings;
    if (value.is_null()) return bindings;
    const Array* array = value.if_array();
    if (!array) detail::expected("an array", value);
    for (const Value& element : *array) bindings.push_back(json::from<wire::PortBinding>(element));
    return bindings;
}

Value Custom<wire::PortBindings>::to(const wire::PortBindings& bindings) {
    if (bindings.empty()) return nullptr;
    Array array;
    for (const auto& binding : bindings) array.push_back(json::to(binding));
    return array;
}

wire::ConsoleSize Custom<wire::ConsoleSize>::from(const Value& value) {
    wire::ConsoleSize size;
    if (value.is_null()) return size;
    const Array* array = value.if_array();
    if (!array) detail::expected("an array of two numbers", value);
    if (!array->empty()) size.height = json::from<std::uint32_t>((*array)[0]);
    if (array->size() > 1) size.width = json::from<std::uint32_t>((*array)[1]);
    return size;
}

Value Custom<wire::ConsoleSize>::to(const wire::ConsoleSize& size) {
    return Array{Value(size.height), Value(size.width)};
}

wire::Pairs Custom<wire::Pairs>::from(const Value& value) {
    wire::Pairs pairs;
    if (value.is_null()) return pairs;
    for (auto& pair : json::from<std::vector<std::vector<std::string>>>(value)) {
        if (pair.size() != 2) throw InvalidArgument("expected a pair, found {} values", pair.size());
        pairs.emplace_back(std::move(pair[0]), std::move(pair[1]));
    }
    return pairs;
}

Value Custom<wire::Pairs>::to(const wire::Pairs& pairs) {
    if (pairs.empty()) return nullptr;
    Array array;
    for (const auto& [first, second] : pairs) array.push_back(Array{Value(first), Value(second)});
    return array;
}

}  // namespace dhow::json
