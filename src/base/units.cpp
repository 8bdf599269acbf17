#include "base/units.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "base/error.hpp"

namespace dhow {

namespace {

constexpr std::array<std::string_view, 5> binary_suffixes{"k", "m", "g", "t", "p"};

/// "1.5GiB" -> rest after the number; the number goes to `value`.
std::string_view take_number(std::string_view text, double& value) {
    auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc{}) return text;
    return text.substr(static_cast<std::size_t>(end - text.data()));
}

std::string significant(double value, int precision) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.*g", precision, value);
    return buffer;
}

std::string scaled(double value, double base, int precision, const auto& suffixes) {
    std::size_t unit = 0;
    while (value >= base && unit + 1 < suffixes.size()) {
        value /= base;
        ++unit;
    }
    return significant(value, precision) + std::string(suffixes[unit]);
}

}  // namespace

std::int64_t parse_size(std::string_view text) {
    double number = 0;
    auto rest = take_number(text, number);
    if (rest.size() == text.size() || number < 0) throw InvalidArgument("invalid size: '{}'", text);
    if (rest.starts_with(' ')) rest.remove_prefix(1);
    std::string suffix;
    for (char c : rest) suffix += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    if (suffix.ends_with("ib"))
        suffix.resize(suffix.size() - 2);
    else if (suffix.size() == 2 && suffix.ends_with('b'))
        suffix.resize(1);
    double factor = 1;
    bool known = suffix.empty() || suffix == "b";
    for (auto candidate : binary_suffixes) {
        if (known) break;
        factor *= 1024;
        known = suffix == candidate;
    }
    double bytes = number * factor;
    if (!known || bytes >= 9.2e18) throw InvalidArgument("invalid size: '{}'", text);
    return static_cast<std::int64_t>(bytes);
}

std::string human_size(double bytes, int precision) {
    constexpr std::array<std::string_view, 7> units{"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    return scaled(bytes, 1000, precision, units);
}

std::string human_size_binary(double bytes) {
    constexpr std::array<std::string_view, 7> units{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    return scaled(bytes, 1024, 4, units);
}

std::chrono::nanoseconds parse_duration(std::string_view text) {
    auto invalid = [&] { return InvalidArgument("invalid duration \"{}\"", text); };
    auto rest = text;
    double sign = 1;
    if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
        sign = rest[0] == '-' ? -1 : 1;
        rest.remove_prefix(1);
    }
    if (rest == "0") return {};
    if (rest.empty()) throw invalid();
    struct Unit {
        std::string_view name;
        double nanoseconds;
    };
    constexpr std::array units{Unit{"ns", 1},   Unit{"us", 1e3}, Unit{"\u00b5s", 1e3}, Unit{"\u03bcs", 1e3},
                               Unit{"ms", 1e6}, Unit{"s", 1e9},  Unit{"m", 60e9},      Unit{"h", 3600e9}};
    double total = 0;
    while (!rest.empty()) {
        double number = 0;
        auto after = take_number(rest, number);
        if (after.size() == rest.size() || number < 0) throw invalid();
        const Unit* found = nullptr;
        for (const auto& unit : units)
            if (after.starts_with(unit.name) && (!found || unit.name.size() > found->name.size()))
                found = &unit;
        if (!found) throw invalid();
        total += number * found->nanoseconds;
        rest = after.substr(found->name.size());
    }
    if (total > 9.2e18) throw invalid();
    return std::chrono::nanoseconds(static_cast<std::int64_t>(sign * std::round(total)));
}

std::string format_duration(std::chrono::nanoseconds duration) {
    auto count = duration.count();
    if (count == 0) return "0s";
    std::string sign = count < 0 ? "-" : "";
    auto magnitude = static_cast<std::uint64_t>(count < 0 ? -count : count);
    auto fraction = [](std::uint64_t value, std::uint64_t unit, std::string_view suffix) {
        auto text = fmt::format("{}", value / unit);
        if (auto rest = value % unit) {
            auto digits =
                fmt::format("{:0{}}", rest, static_cast<int>(std::log10(static_cast<double>(unit)) + 0.5));
            digits.erase(digits.find_last_not_of('0') + 1);
            text += "." + digits;
        }
        return text + std::string(suffix);
    };
    if (magnitude < 1000) return sign + fraction(magnitude, 1, "ns");
    if (magnitude < 1000000) return sign + fraction(magnitude, 1000, "\u00b5s");
    if (magnitude < 1000000000) return sign + fraction(magnitude, 1000000, "ms");
    auto seconds = magnitude / 1000000000;
    std::string text;
    if (seconds >= 3600) text += fmt::format("{}h", seconds / 3600);
    if (seconds >= 60) text += fmt::format("{}m", seconds / 60 % 60);
    return sign + text + fraction(magnitude % 60000000000ULL, 1000000000, "s");
}

std::string human_duration(std::chrono::nanoseconds duration) {
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    if (seconds < 1) return "Less than a second";
    if (seconds == 1) return "1 second";
    if (seconds < 60) return fmt::format("{} seconds", seconds);
    auto minutes = seconds / 60;
    if (minutes == 1) return "About a minute";
    if (minutes < 60) return fmt::format("{} minutes", minutes);
    auto hours = (seconds + 1800) / 3600;
    if (hours == 1) return "About an hour";
    if (hours < 48) return fmt::format("{} hours", hours);
    if (hours < 24 * 7 * 2) return fmt::format("{} days", hours / 24);
    if (hours < 24 * 30 * 2) return fmt::format("{} weeks", hours / 24 / 7);
    if (hours < 24 * 365 * 2) return fmt::format("{} months", hours / 24 / 30);
    return fmt::format("{} years", hours / 24 / 365);
}

Timestamp now() {
    return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

namespace {

std::string date_and_time(Timestamp time) {
    using namespace std::chrono;
    auto day = floor<days>(time);
    year_month_day date(day);
    auto seconds = duration_cast<std::chrono::seconds>(time - day).count();
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int(date.year()), unsigned(date.month()),
                       unsigned(date.day()), seconds / 3600, seconds / 60 % 60, seconds % 60);
}

int nanoseconds_of_second(Timestamp time) {
    auto rest = time.time_since_epoch().count() % 1000000000;
    return static_cast<int>(rest < 0 ? rest + 1000000000 : rest);
}

}  // namespace

std::string format_timestamp(Timestamp time) {
    if (time == Timestamp{}) return "0001-01-01T00:00:00Z";
    auto text = date_and_time(time);
    if (int fraction = nanoseconds_of_second(time)) {
        auto digits = fmt::format(".{:09}", fraction);
        digits.erase(digits.find_last_not_of('0') + 1);
        text += digits;
    }
    return text + "Z";
}

std::string format_timestamp_fixed(Timestamp time) {
    return fmt::format("{}.{:09}Z", date_and_time(time), nanoseconds_of_second(time));
}

Timestamp parse_timestamp(std::string_view text) {
    using namespace std::chrono;
    std::string copy(text);
    int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, used = 0;
    if (std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &y, &mo, &d, &h, &mi, &s, &used) != 6 ||
        used != 19)
        throw InvalidArgument("invalid time \"{}\"", text);
    if (copy.starts_with("0001-01-01T00:00:00")) return {};
    std::string_view rest = std::string_view(copy).substr(19);
    std::int64_t fraction = 0;
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        std::int64_t scale = 100000000;
        while (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') {
            fraction += (rest[0] - '0') * scale;
            scale /= 10;
            rest.remove_prefix(1);
        }
    }
    int offset = 0;
    if (rest != "Z" && rest != "z") {
        int oh = 0, om = 0;
        char sign = 0;
        if (rest.size() != 6 || std::sscanf(std::string(rest).c_str(), "%c%2d:%2d", &sign, &oh, &om) != 3 ||
            (sign != '+' && sign != '-'))
            throw InvalidArgument("invalid time \"{}\"", text);
        offset = (oh * 60 + om) * (sign == '-' ? -1 : 1);
    }
    year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
    if (!date.ok() || h > 23 || mi > 59 || s > 60) throw InvalidArgument("invalid time \"{}\"", text);
    return Timestamp(sys_days(date).time_since_epoch()) + hours(h) + minutes(mi - offset) + seconds(s) +
           nanoseconds(fraction);
}

}  // namespace dhow
