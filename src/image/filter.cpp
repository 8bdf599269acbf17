#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/error.hpp"
#include "image/images.hpp"

namespace dhow::image {

namespace {

bool parse_bool(std::string_view key, std::string_view text) {
    if (text == "1" || text == "t" || text == "true" || text == "True" || text == "TRUE" || text == "T")
        return true;
    if (text == "0" || text == "f" || text == "false" || text == "False" || text == "FALSE" || text == "F")
        return false;
    throw InvalidArgument("invalid filter '{}=[{}]'", key, text);
}

/// "2024-05-01T12:00:00Z", "2024-05-01", "1714564800.5" or, counted back from now, "1h30m".
Timestamp parse_moment(const std::string& text) {
    double seconds = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error == std::errc{} && end == text.data() + text.size() && std::isfinite(seconds) &&
        std::abs(seconds) < 9e9)
        return Timestamp(std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9)));
    try {
        return now() - parse_duration(text);
    } catch (const InvalidArgument&) {
        // A time stamp may leave out what is behind the day, the minute or the zone.
        std::string full = text.size() == 10 ? text + "T00:00:00" : text.size() == 16 ? text + ":00" : text;
        bool zoned = full.find_first_of("Z+", 10) != full.npos || full.find('-', 10) != full.npos;
        return parse_timestamp(zoned ? full : full + "Z");
    }
}

}  // namespace

Filter Filter::parse(const std::map<std::string, std::vector<std::string>>& filters) {
    Filter filter;
    for (const auto& [key, values] : filters) {
        if (values.empty()) continue;
        if (key == "reference")
            filter.references = values;
        else if (key == "dangling")
            filter.dangling = parse_bool(key, values.back());
        else if (key == "label")
            filter.labels = values;
        else if (key == "label!")
            filter.without_labels = values;
        else if (key == "before")
            filter.before = values.back();
        else if (key == "since")
            filter.since = values.back();
        else if (key == "until") {
            if (values.size() > 1) throw InvalidArgument("more than one until filter specified");
            filter.until = parse_moment(values.front());
        } else {
            throw InvalidArgument("invalid filter '{}'", key);
        }
    }
    return filter;
}

}  // namespace dhow::image
