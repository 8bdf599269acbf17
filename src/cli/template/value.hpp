#pragma once
// Values of a template are JSON values; this is how Go's text/template sees them.

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace dhow::cli::tmpl {

using json::Array;
using json::Object;
using json::Value;

/// What `if` asks: false, 0, "", nil and what is empty are not true.
bool is_true(const Value& value);

/// What `{{.}}` prints, as fmt's %v: maps as map[a:1 b:2] with sorted keys, structs as {1 2}, lists as [1 2].
/// An object all of whose keys begin with a capital counts as a struct: the API's documents are those.
std::string to_text(const Value& value);

/// Whether an object stands for a struct: it has keys, and each begins with a capital.
bool is_struct(const Object& object);

/// The keys of an object in the order in which Go walks a map.
std::vector<std::string_view> sorted_keys(const Object& object);

/// The name of a value's type, for messages.
std::string_view type_name(const Value& value);

/// The JSON of a value as Go's encoder writes it.
std::string to_json(const Value& value);

/// A string in Go's double quotes (strconv.Quote).
std::string quote(std::string_view text);

/// A whole number that any numeric value stands for; none when it is no number.
bool is_number(const Value& value);
double as_double(const Value& value);

}  // namespace dhow::cli::tmpl
