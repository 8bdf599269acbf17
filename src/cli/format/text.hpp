#pragma once
// Small forms of text that several tables share.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace dhow::cli {

/// An id's first 12 digits, without its "sha256:".
std::string short_id(std::string_view id);

/// At most `width` columns, the last of them "…".
std::string ellipsis(std::string_view text, std::size_t width);

/// "3 hours ago" from seconds since the epoch.
std::string ago(std::int64_t seconds);

/// "2024-05-01 12:00:00 +0000 UTC", as Go prints a time in the local zone.
std::string local_time(std::int64_t seconds, std::int64_t nanoseconds = 0);

/// "key=value" pairs of an object, sorted and joined by ','.
std::string join_pairs(const json::Value* object);

/// Members of documents: a daemon may leave any of them out, or send null.
const json::Value* find(const json::Value& document, std::string_view path);  ///< "State.Health.Status"
std::string string_at(const json::Value& document, std::string_view path);
std::int64_t integer_at(const json::Value& document, std::string_view path);
bool bool_at(const json::Value& document, std::string_view path);
const json::Array& array_at(const json::Value& document, std::string_view path);

std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::vector<std::string_view> split(std::string_view text, char separator);

}  // namespace dhow::cli
