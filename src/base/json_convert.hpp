#pragma once
// The conversions behind base/json.hpp; include that.

#include "base/error.hpp"
#include "base/json.hpp"

namespace dhow::json {

namespace detail {

[[noreturn]] void expected(std::string_view what, const Value& found);
std::int64_t to_int64(const Value& value);
std::uint64_t to_uint64(const Value& value);
double to_double(const Value& value);
const Value* find_member(const Object& object, std::string_view name);
/// Puts a member's name in front of an error's path.
[[noreturn]] void rethrow_in(std::string_view name, const Error& error);

template <typename T>
struct is_optional : std::false_type {};
template <typename T>
struct is_optional<std::optional<T>> : std::true_type {};
template <typename T>
struct is_unique : std::false_type {};
template <typename T>
struct is_unique<std::unique_ptr<T>> : std::true_type {};
template <typename T>
struct is_vector : std::false_type {};
template <typename T, typename A>
struct is_vector<std::vector<T, A>> : std::true_type {};
template <typename T>
struct is_map : std::false_type {};
template <typename T, typename C, typename A>
struct is_map<std::map<std::string, T, C, A>> : std::true_type {};

template <typename T>
void assign(T& target, const Value& value);

template <typename T>
void assign_struct(T& target, const Value& value) {
    const Object* object = value.if_object();
    if (!object) expected("an object", value);
    auto one = [&](const auto& description) {
        const Value* found = find_member(*object, description.name);
        if (!found || found->is_null()) return;
        try {
            assign(target.*(description.pointer), *found);
        } catch (const Error& error) {
            rethrow_in(description.name, error);
        }
    };
    std::apply([&](const auto&... descriptions) { (one(descriptions), ...); }, Members<T>::list);
}

template <typename T>
void assign_vector(T& target, const Value& value) {
    const Array* array = value.if_array();
    if (!array) expected("an array", value);
    target.clear();
    target.reserve(array->size());
    for (const Value& element : *array) target.push_back(from<typename T::value_type>(element));
}

template <typename T>
void assign_map(T& target, const Value& value) {
    const Object* object = value.if_object();
    if (!object) expected("an object", value);
    target.clear();
    for (const auto& [key, element] : *object) {
        try {
            target.insert_or_assign(std::string(key), from<typename T::mapped_type>(element));
        } catch (const Error& error) {
            rethrow_in(key, error);
        }
    }
}

template <typename T>
void assign(T& target, const Value& value) {
    if constexpr (Customised<T>) {
        target = Custom<T>::from(value);
    } else if constexpr (std::is_same_v<T, Value>) {
        target = value;
    } else if constexpr (std::is_same_v<T, bool>) {
        if (!value.is_bool()) expected("true or false", value);
        target = value.get_bool();
    } else if constexpr (Named<T>) {
        if (!value.is_string()) expected("a string", value);
        auto found = find_named<T>(std::string_view(value.get_string()));
        if (!found) throw InvalidArgument("unknown value \"{}\"", std::string_view(value.get_string()));
        target = *found;
    } else if constexpr (std::is_integral_v<T>) {
        if constexpr (std::is_signed_v<T>) {
            auto number = to_int64(value);
            if (!std::in_range<T>(number)) throw InvalidArgument("the number {} is out of range", number);
            target = static_cast<T>(number);
        } else {
            auto number = to_uint64(value);
            if (!std::in_range<T>(number)) throw InvalidArgument("the number {} is out of range", number);
            target = static_cast<T>(number);
        }
    } else if constexpr (std::is_floating_point_v<T>) {
        target = static_cast<T>(to_double(value));
    } else if constexpr (std::is_same_v<T, std::string>) {
        if (!value.is_string()) expected("a string", value);
        target = std::string(std::string_view(value.get_string()));
    } else if constexpr (is_optional<T>::value) {
        if (value.is_null())
            target.reset();
        else
            assign(target.emplace(), value);
    } else if constexpr (is_unique<T>::value) {
        target = value.is_null() ? nullptr : std::make_unique<typename T::element_type>();
        if (target) assign(*target, value);
    } else if constexpr (is_vector<T>::value) {
        assign_vector(target, value);
    } else if constexpr (is_map<T>::value) {
        assign_map(target, value);
    } else {
        static_assert(Described<T>, "describe the struct with json::Members");
        assign_struct(target, value);
    }
}

template <typename T>
bool is_empty(const T& object) {
    if constexpr (Customised<T>) {
        auto value = Custom<T>::to(object);
        return value.is_null() || (value.is_object() && value.get_object().empty());
    } else if constexpr (std::is_same_v<T, Value>)
        return object.is_null();
    else if constexpr (Named<T>)
        return name_of(object).empty();
    else if constexpr (std::is_arithmetic_v<T>)
        return object == T{};
    else if constexpr (is_optional<T>::value || is_unique<T>::value)
        return !object;
    else if constexpr (Described<T>)
        return std::apply(
            [&](const auto&... d) {
                return ((d.presence == omit_empty && is_empty(object.*(d.pointer))) && ...);
            },
            Members<T>::list);
    else
        return object.empty();
}

template <typename T>
Value to_struct(const T& object) {
    Object result;
    auto one = [&](const auto& description) {
        const auto& field = object.*(description.pointer);
        if (description.presence != Presence::always && is_empty(field)) {
            if (description.presence == null_empty) result.emplace(description.name, nullptr);
            return;
        }
        result.emplace(description.name, to(field));
    };
    std::apply([&](const auto&... descriptions) { (one(descriptions), ...); }, Members<T>::list);
    return result;
}

}  // namespace detail

template <Named Enum>
std::string_view name_of(Enum value) {
    for (const auto& [known, name] : Names<Enum>::list)
        if (known == value) return name;
    throw InternalError("an enum's value {} has no name", static_cast<int>(value));
}

template <Named Enum>
std::optional<Enum> find_named(std::string_view name) {
    for (const auto& [value, known] : Names<Enum>::list)
        if (known == name) return value;
    return std::nullopt;
}

template <typename T>
T from(const Value& value) {
    T result{};
    detail::assign(result, value);
    return result;
}

template <typename T>
Value to(const T& object) {
    if constexpr (Customised<T>) {
        return Custom<T>::to(object);
    } else if constexpr (std::is_same_v<T, Value>) {
        return object;
    } else if constexpr (Named<T>) {
        return Value(name_of(object));
    } else if constexpr (std::is_arithmetic_v<T>) {
        return Value(object);
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
        return Value(std::string_view(object));
    } else if constexpr (detail::is_optional<T>::value || detail::is_unique<T>::value) {
        return object ? to(*object) : Value(nullptr);
    } else if constexpr (detail::is_vector<T>::value) {
        Array array;
        array.reserve(object.size());
        for (const auto& element : object) array.push_back(to(element));
        return array;
    } else if constexpr (detail::is_map<T>::value) {
        Object result;
        for (const auto& [key, element] : object) result.emplace(key, to(element));
        return result;
    } else {
        static_assert(Described<T>, "describe the struct with json::Members");
        return detail::to_struct(object);
    }
}

}  // namespace dhow::json
