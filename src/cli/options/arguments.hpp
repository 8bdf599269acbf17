#pragma once
// The command line, read by a table of options.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "cli/options/option.hpp"

namespace dhow::cli {

/// The user called a command wrongly: shown with the command's usage.
class UsageError : public Error {
  public:
    explicit UsageError(std::string message) : Error(ErrorKind::invalid_argument, std::move(message)) {}
};

/// What was given. Asking for an option that the table lacks is a defect and throws InternalError.
class Arguments {
  public:
    Arguments() = default;
    explicit Arguments(Options options) : options_(options) {}

    bool has(std::string_view option) const;
    bool flag(std::string_view option) const;
    std::string_view text(std::string_view option) const;  ///< or its initial value
    std::int64_t integer(
        std::string_view option) const;  ///< 0 when it is neither given nor has an initial value
    std::vector<std::string> list(std::string_view option) const;

    const std::vector<std::string>& positional() const { return positional_; }
    const std::string& operator[](std::size_t index) const { return positional_.at(index); }
    bool wants_help() const { return help_; }
    Options options() const { return options_; }

    /// Reads words until all are used up, or up to the first argument when `options_first`; what is behind
    /// "--" is an argument always. Rules: those of pflag, which docker's command line has (-it, -eA=b,
    /// --opt=val, --opt val,
    /// --flag=false).
    /// @return how many words were read.
    /// @throws UsageError.
    std::size_t parse(const std::vector<std::string>& words, bool options_first);

    /// Moves the remaining words behind the options in.
    void take(std::vector<std::string> rest) { positional_ = std::move(rest); }

  private:
    struct Given {
        const Option* option;
        std::string value;
    };
    const Option& known(std::string_view name) const;
    const std::string* last(std::string_view name) const;
    void set(const Option& option, std::string value);
    void parse_long(const std::vector<std::string>& words, std::size_t& at);
    void parse_short(const std::vector<std::string>& words, std::size_t& at);

    Options options_;
    std::vector<Given> given_;
    std::vector<std::string> positional_;
    bool help_ = false;
};

}  // namespace dhow::cli
