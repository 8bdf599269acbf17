#pragma once
// The query of a request's target, decoded.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dhow::api::http {

/// Undoes percent-encoding; `plus_is_space` as in a query.
/// @throws InvalidArgument for "%" without two digits after it, and for an encoded zero byte.
std::string percent_decode(std::string_view text, bool plus_is_space);

class Query {
  public:
    Query() = default;

    /// Reads "a=1&b=2". @throws InvalidArgument for a broken encoding.
    static Query parse(std::string_view text);

    bool has(std::string_view name) const { return find(name) != nullptr; }

    /// The first value of a name; "" when it is absent.
    std::string text(std::string_view name) const;

    /// All values of a name, in order.
    std::vector<std::string> all(std::string_view name) const;

    /// True unless it is absent or one of "", "0", "no", "false", "none" (in any case), as dockerd reads it.
    bool flag(std::string_view name, bool otherwise = false) const;

    /// A whole number; none when it is absent or empty.
    /// @throws InvalidArgument that names the parameter.
    std::optional<std::int64_t> number(std::string_view name) const;

    void add(std::string name, std::string value) { pairs_.emplace_back(std::move(name), std::move(value)); }

  private:
    const std::string* find(std::string_view name) const;

    std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace dhow::api::http
