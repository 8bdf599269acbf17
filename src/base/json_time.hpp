#pragma once
// Points in time in JSON: RFC 3339 with nanoseconds, as Go's time.Time.

#include "base/json.hpp"
#include "base/units.hpp"

/// Written as format_timestamp() has it; `Timestamp{}` is Go's zero time, "0001-01-01T00:00:00Z".
template <>
struct dhow::json::Custom<dhow::Timestamp> {
    static Timestamp from(const Value& value) {
        if (!value.is_string()) detail::expected("a time as RFC 3339", value);
        return parse_timestamp(std::string_view(value.get_string()));
    }
    static Value to(const Timestamp& time) { return Value(format_timestamp(time)); }
};
