#include <algorithm>

#include "build/subrequests/documents_json.hpp"

namespace dhow::json {

namespace {

struct Position {
    int line = 0;
};
struct Range {
    Position start, end;
};
struct Location {
    std::vector<Range> ranges;
};

}  // namespace

template <>
struct Members<Position> {
    static constexpr auto list = std::tuple{member("line", &Position::line)};
};
template <>
struct Members<Range> {
    static constexpr auto list = std::tuple{member("start", &Range::start), member("end", &Range::end)};
};
template <>
struct Members<Location> {
    static constexpr auto list = std::tuple{member("ranges", &Location::ranges, omit_empty)};
};

build::dockerfile::Lines Custom<build::dockerfile::Lines>::from(const Value& value) {
    auto location = json::from<Location>(value);
    if (location.ranges.empty()) return {};
    return {location.ranges.front().start.line, location.ranges.front().end.line};
}

Value Custom<build::dockerfile::Lines>::to(const build::dockerfile::Lines& lines) {
    Location location;
    if (lines.first > 0) location.ranges.push_back({{lines.first}, {std::max(lines.first, lines.last)}});
    return json::to(location);
}

}  // namespace dhow::json
