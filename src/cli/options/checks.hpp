#pragma once
// What the values of options must look like. Each throws InvalidArgument with the reason, in the words of
// Go's parsers, which people and scripts know from docker.

#include <cstdint>
#include <string_view>

namespace dhow::cli {

/// A switch's value: 1 t T TRUE true True, 0 f F FALSE false False.
bool parse_bool(std::string_view text);
/// Decimal, or with a 0x, 0o, 0b prefix, in 64 bits.
std::int64_t parse_integer(std::string_view text);
std::uint64_t parse_unsigned(std::string_view text);
/// Billionths of a CPU from "1.5".
std::int64_t parse_cpus(std::string_view text);
/// Bytes; -1 stands for no limit where `check_swap` allows it.
std::int64_t parse_swap(std::string_view text);

void check_bool(std::string_view text);
void check_integer(std::string_view text);
void check_unsigned(std::string_view text);
void check_uint16(std::string_view text);
void check_size(std::string_view text);
void check_swap(std::string_view text);
void check_duration(std::string_view text);
void check_cpus(std::string_view text);
void check_filter(std::string_view text);
void check_environment(std::string_view text);
void check_label(std::string_view text);
void check_key_value(std::string_view text);

}  // namespace dhow::cli
