#pragma once
// Sizes and durations, as people write them and as the Engine API carries them.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace dhow {

/// Reads a size as docker's options take it: a number with an optional suffix b, k, m, g, t, p (powers of
/// 1024; upper or lower case; "kb" and "KiB" too; a fraction as in "1.5g"). Gives bytes.
/// @throws InvalidArgument that quotes `text`.
std::int64_t parse_size(std::string_view text);

/// "1.44MB": powers of 1000 and `precision` significant digits, as `docker images` prints a size.
std::string human_size(double bytes, int precision = 4);

/// "1.371GiB": powers of 1024 and 4 significant digits, as `docker stats` prints memory.
std::string human_size_binary(double bytes);

/// Reads a duration as Go's time.ParseDuration: "1h30m", "250ms", "-1.5s", "0".
/// @throws InvalidArgument that quotes `text`.
std::chrono::nanoseconds parse_duration(std::string_view text);

/// Writes a duration as Go's Duration.String(): "1h30m0s", "250ms", "1.5s", "0s".
std::string format_duration(std::chrono::nanoseconds duration);

/// "About a minute", "3 hours": a duration as `docker ps` says it.
std::string human_duration(std::chrono::nanoseconds duration);

using Timestamp = std::chrono::sys_time<std::chrono::nanoseconds>;

/// The present, in wall-clock time.
Timestamp now();

/// "2024-05-01T12:00:00.123456789Z" (RFC 3339 in UTC, nanoseconds without trailing zeros, as Go's
/// RFC3339Nano). The zero of Go's time, "0001-01-01T00:00:00Z", is what `Timestamp{}` prints as.
std::string format_timestamp(Timestamp time);

/// The same with all nine digits of the fraction, as `docker logs --timestamps` prints it.
std::string format_timestamp_fixed(Timestamp time);

/// Reads RFC 3339 with any fraction and offset. "0001-01-01T00:00:00Z" gives `Timestamp{}`.
/// @throws InvalidArgument that quotes `text`.
Timestamp parse_timestamp(std::string_view text);

}  // namespace dhow
