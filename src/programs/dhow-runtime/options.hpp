#pragma once
// The command line's options: "--name value", "--name=value", "-n value", and flags. Options stand before the
// first argument that is none; everything after it belongs to the verb.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::runtime_program {

struct Option {
    std::string_view name;        ///< without dashes
    std::string_view short_name;  ///< one letter, or empty
    bool takes_value = false;
    std::string_view help;
};

class Options {
  public:
    /// Reads from the front of `args` and takes away what it read. "--" ends the options.
    /// @throws InvalidArgument for an unknown option, or one without its value.
    Options(std::span<const Option> known, std::span<const std::string>& args);

    bool has(std::string_view name) const;
    /// The last value given, or `otherwise`.
    std::string get(std::string_view name, std::string otherwise = {}) const;
    std::optional<std::string> find(std::string_view name) const;
    std::vector<std::string> all(std::string_view name) const;

  private:
    std::multimap<std::string, std::string, std::less<>> values_;
};

/// A whole number. @throws InvalidArgument that names the option.
std::int64_t parse_number(std::string_view name, std::string_view text);

}  // namespace dhow::runtime_program
