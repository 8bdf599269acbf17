#pragma once
// The one JSON layer: plain structs to JSON and back, by a description of their members.
//
//     struct Mount { std::string source; bool read_only = false; std::vector<std::string> options; };
//     template <> struct dhow::json::Members<Mount> {
//         static constexpr auto list = std::tuple{
//             member("Source", &Mount::source),
//             member("RW", &Mount::read_only, omit_empty),
//             member("Options", &Mount::options)};
//     };
//     std::string text = json::write(mount);
//     auto mount = json::read<Mount>(text);
//
// The rules are those of Go's encoding/json, which every peer of ours uses:
// - reading: an unknown member is ignored, a missing or null one leaves the default in place, a value of the
//   wrong type throws InvalidArgument that names the path ("HostConfig.Memory: expected a number");
//   member names match in any case when none matches exactly;
// - writing: `omit_empty` leaves out false, 0, "", empty lists and maps, an empty optional, and a struct of
//   which nothing is written; an empty optional or unique_ptr that is not omitted is written as null;
//   `null_empty` writes an empty list or map as null, as Go writes a nil slice.
// Beside structs, this reads and writes bool, integers, double, std::string, enums that have
// `json::Names<E>`, optional, vector, map with string keys, unique_ptr<T>, and json::Value itself.
// A struct whose JSON is no plain object specialises `json::Custom<T>` with static from() and to().

#include <array>
#include <boost/json/value.hpp>
#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace dhow::json {

using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

/// Reads a document. Nesting deeper than 64 is refused: what a stranger wrote must not exhaust the stack.
/// @throws InvalidArgument with the position's reason.
Value parse(std::string_view text);

/// The document on one line.
std::string dump(const Value& value);

/// The document indented by `indent` spaces, in the layout of Go's MarshalIndent.
std::string dump_pretty(const Value& value, int indent = 4);

enum class Presence { always, omit_empty, null_empty };
inline constexpr auto omit_empty = Presence::omit_empty;
inline constexpr auto null_empty = Presence::null_empty;

template <typename Struct, typename Type>
struct Member {
    std::string_view name;
    Type Struct::* pointer;
    Presence presence;
};

template <typename Struct, typename Type>
constexpr Member<Struct, Type> member(std::string_view name, Type Struct::* pointer,
                                      Presence presence = Presence::always) {
    return {name, pointer, presence};
}

/// Specialise with `static constexpr auto list = std::tuple{member(...), ...}`.
template <typename Struct>
struct Members;

/// Specialise with `static constexpr std::array list{std::pair{Enum::x, std::string_view{"x"}}, ...}`.
template <typename Enum>
struct Names;

/// Specialise with `static T from(const Value&)` and `static Value to(const T&)`.
template <typename Type>
struct Custom;

template <typename T>
concept Described = requires { Members<T>::list; };
template <typename T>
concept Named = std::is_enum_v<T> && requires { Names<T>::list; };
template <typename T>
concept Customised = requires(const Value& value, const T& t) {
    { Custom<T>::from(value) } -> std::convertible_to<T>;
    { Custom<T>::to(t) } -> std::convertible_to<Value>;
};

/// The name of an enum's value. @throws InternalError when `Names` lacks it.
template <Named Enum>
std::string_view name_of(Enum value);

/// The enum's value of a name, or none.
template <Named Enum>
std::optional<Enum> find_named(std::string_view name);

/// Converts. @throws InvalidArgument that names the path of the first value of a wrong type.
template <typename T>
T from(const Value& value);

template <typename T>
Value to(const T& object);

template <typename T>
T read(std::string_view text) {
    return from<T>(parse(text));
}

template <typename T>
std::string write(const T& object) {
    return dump(to(object));
}

}  // namespace dhow::json

#include "base/json_convert.hpp"
