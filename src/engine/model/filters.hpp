#pragma once
// The `filters` of lists, prunes and events: names to sets of values.

#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/units.hpp"

namespace dhow::engine {

class Filters {
  public:
    Filters() = default;

    void add(std::string name, std::string value) { values_[std::move(name)].insert(std::move(value)); }

    bool empty() const { return values_.empty(); }
    const std::map<std::string, std::set<std::string>>& all() const { return values_; }
    bool has(std::string_view name) const { return values_.contains(std::string(name)); }
    const std::set<std::string>& get(std::string_view name) const;

    /// @throws InvalidArgument "invalid filter 'x'" for a name that is not in `accepted`.
    void require_known(std::initializer_list<std::string_view> accepted) const;

    /// True when the filter is absent or `value` is one of its values.
    bool matches(std::string_view name, std::string_view value) const;

    /// As matches(), with each value of the filter as the beginning of `value`.
    bool matches_prefix(std::string_view name, std::string_view value) const;
    /// As matches(), with each value as a regular expression found anywhere in `value`, as docker does it.
    bool matches_pattern(std::string_view name, std::string_view value) const;

    /// Filters "label" ("key" or "key=value": all must hold) and "label!" (none may hold).
    bool matches_labels(const std::map<std::string, std::string>& labels) const;

    /// The value of a filter of true or false; none when absent.
    /// @throws InvalidArgument when it is something else ("invalid filter 'dangling=[x]'").
    std::optional<bool> boolean(std::string_view name) const;

    /// Filter "until": a timestamp, Unix seconds, or a duration before `at`; none when absent.
    std::optional<Timestamp> until(Timestamp at) const;

  private:
    std::map<std::string, std::set<std::string>> values_;
};

/// A point in time as since, until and `logs --since` take it: RFC 3339 (also without zone or time), Unix
/// seconds with a fraction, or a Go duration before `at`.
/// @throws InvalidArgument that quotes it.
Timestamp parse_moment(std::string_view text, Timestamp at);

}  // namespace dhow::engine
