#pragma once
// Times of files as one number.

#include <cstdint>

#include <time.h>

namespace dhow {

inline constexpr std::int64_t nanoseconds_in_second = 1'000'000'000;

/// Since 1970.
constexpr std::int64_t nanoseconds(const timespec& time) {
    return std::int64_t{time.tv_sec} * nanoseconds_in_second + time.tv_nsec;
}

/// The same backwards, for any number.
constexpr timespec timespec_of(std::int64_t nanoseconds) {
    auto whole = nanoseconds / nanoseconds_in_second, rest = nanoseconds % nanoseconds_in_second;
    return rest < 0 ? timespec{whole - 1, rest + nanoseconds_in_second} : timespec{whole, rest};
}

}  // namespace dhow
