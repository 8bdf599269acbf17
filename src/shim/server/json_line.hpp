#pragma once
// One line of docker's json-file log:
//     {"log":"text\n","stream":"stdout","time":"2024-05-01T12:00:00.123456789Z"}
// The time is RFC 3339 with nanoseconds, trailing zeros left out. The text is escaped byte for byte as
// dockerd's writer does it, which tools compare: <, > and & and control characters as \u00XX (\n and \r by
// name), U+2028 and U+2029 as \u2028 and \u2029, and each byte that is not UTF-8 as \ufffd.

#include <string>
#include <string_view>

#include "base/units.hpp"

namespace dhow::shim {

/// Appends `text` as a JSON string, with its quotes.
void append_json_string(std::string& out, std::string_view text);

/// Appends a whole entry and its newline. `newline` puts one behind the text.
void append_json_line(std::string& out, std::string_view text, bool newline, std::string_view stream,
                      std::string_view time);

}  // namespace dhow::shim
