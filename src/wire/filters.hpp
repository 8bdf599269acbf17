#pragma once
// The `filters` query parameter of lists, prunes and events.

#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace dhow::wire {

/// Names of filters, each with the values it was given: values of one name are alternatives, names add up.
class Filters {
  public:
    Filters() = default;

    /// Reads both forms that clients send: `{"label": {"x": true}}` and the older `{"label": ["x"]}`. An
    /// empty text is no filter.
    /// @throws InvalidArgument("invalid filter").
    static Filters parse(std::string_view text);

    /// The newer form, or "" when there is no filter.
    std::string to_json() const;

    void add(std::string name, std::string value) { values_[std::move(name)].insert(std::move(value)); }
    bool empty() const noexcept { return values_.empty(); }
    bool has(std::string_view name) const { return values_.find(name) != values_.end(); }

    /// The values of one name; empty when it was not given.
    const std::set<std::string>& values(std::string_view name) const;

    /// The truth of a filter such as dangling=true, or `otherwise` when it was not given.
    /// @throws InvalidArgument("invalid filter 'dangling=[maybe]'").
    bool truth(std::string_view name, bool otherwise) const;

    /// @throws InvalidArgument("invalid filter 'x'") for a name that is not among `known`.
    void require_known(std::initializer_list<std::string_view> known) const;

    const std::map<std::string, std::set<std::string>, std::less<>>& all() const noexcept { return values_; }

  private:
    std::map<std::string, std::set<std::string>, std::less<>> values_;
};

}  // namespace dhow::wire
