#pragma once
// Between the engine's model and the wire's documents where both are the same struct of the Engine API:
// members are matched by their JSON names when this is compiled, and a member that one side lacks does not
// compile.

#include <concepts>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "base/error.hpp"
#include "base/json.hpp"
#include "wire/codec.hpp"

namespace dhow::api {

template <typename To, typename From>
To translate(const From& from);

namespace detail {

template <typename T>
concept Sequence =
    requires(T sequence) { sequence.push_back(*sequence.begin()); } && !std::is_same_v<T, std::string>;

template <typename T>
concept Mapping = requires { typename T::mapped_type; };

template <typename T>
concept Optional = requires(T value) {
    value.has_value();
    typename T::value_type;
};

/// A set of names under `names`, as the engine has KeySet.
template <typename T>
concept NameList = requires(T set) { set.names.begin(); };

template <typename Struct>
constexpr std::size_t index_of(std::string_view name) {
    std::size_t index = 0;
    std::size_t found = std::tuple_size_v<std::remove_cvref_t<decltype(json::Members<Struct>::list)>>;
    std::apply(
        [&](const auto&... member) { ((member.name == name ? void(found = index++) : void(++index)), ...); },
        json::Members<Struct>::list);
    return found;
}

template <typename To, typename From, std::size_t Index>
void copy_member(To& to, const From& from) {
    constexpr auto& target = std::get<Index>(json::Members<To>::list);
    constexpr std::size_t source = index_of<From>(target.name);
    static_assert(source < std::tuple_size_v<std::remove_cvref_t<decltype(json::Members<From>::list)>>,
                  "the source has no member of this JSON name");
    auto& field = to.*(target.pointer);
    field = translate<std::remove_cvref_t<decltype(field)>>(
        from.*(std::get<source>(json::Members<From>::list).pointer));
}

template <typename To, typename From, std::size_t... Indexes>
void copy_members(To& to, const From& from, std::index_sequence<Indexes...>) {
    (copy_member<To, From, Indexes>(to, from), ...);
}

}  // namespace detail

/// The same value in the other room's type. An integer that does not fit, and an unknown name of an enum,
/// throw InvalidArgument. An empty list becomes none where the target is optional.
template <typename To, typename From>
To translate(const From& from) {
    if constexpr (std::is_same_v<To, From>) {
        return from;
    } else if constexpr (detail::Optional<From>) {
        if constexpr (detail::Optional<To>)
            return from ? To(translate<typename To::value_type>(*from)) : To();
        else
            return from ? translate<To>(*from) : To();
    } else if constexpr (std::integral<To> && std::integral<From>) {
        if (!std::in_range<To>(from)) throw InvalidArgument("the number {} is out of range", from);
        return static_cast<To>(from);
    } else if constexpr (std::is_enum_v<From>) {
        return To(json::name_of(from));
    } else if constexpr (std::is_same_v<To, wire::ConsoleSize>) {
        return from.size() == 2 ? To{from[0], from[1]} : To{};
    } else if constexpr (std::is_same_v<From, wire::ConsoleSize>) {
        return To{from.height, from.width};
    } else if constexpr (std::is_same_v<To, wire::KeySet>) {
        return To(from.names.begin(), from.names.end());
    } else if constexpr (detail::NameList<To>) {
        To to;
        to.names.assign(from.begin(), from.end());
        return to;
    } else if constexpr (detail::Optional<To>) {
        if constexpr (detail::Sequence<From>)
            if (from.empty()) return To();
        return To(translate<typename To::value_type>(from));
    } else if constexpr (detail::Mapping<To>) {
        To to;
        for (const auto& [key, value] : from) to.emplace(key, translate<typename To::mapped_type>(value));
        return to;
    } else if constexpr (detail::Sequence<To>) {
        To to;
        for (const auto& element : from) to.push_back(translate<typename To::value_type>(element));
        return to;
    } else {
        constexpr auto count = std::tuple_size_v<std::remove_cvref_t<decltype(json::Members<To>::list)>>;
        To to;
        detail::copy_members(to, from, std::make_index_sequence<count>());
        return to;
    }
}

}  // namespace dhow::api
