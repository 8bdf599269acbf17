#pragma once
// The functions of templates: Go's built-in ones and docker's.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "cli/template/value.hpp"

namespace dhow::cli::tmpl {

bool is_function(std::string_view name);

/// Calls a function. `and` and `or` are the evaluator's: they do not evaluate all of their arguments.
/// @throws InvalidArgument with the reason alone; WrongCall when the arguments are too few or too many;
/// WrongArgument.
Value call_function(std::string_view name, const std::vector<Value>& arguments);

/// The number of arguments is wrong: "wrong number of args for x: want 1 got 2".
class WrongCall : public Error {
  public:
    explicit WrongCall(std::string message) : Error(ErrorKind::invalid_argument, std::move(message)) {}
};

/// An argument is of the wrong type.
class WrongArgument : public Error {
  public:
    /// @param expected "string", "int" or "[]string".
    WrongArgument(std::size_t index, std::string_view expected, const Value& value);

    std::size_t index() const { return index_; }
    /// The same, when the argument stands in the template itself.
    std::string about_literal(std::string_view source) const;

  private:
    std::size_t index_;
    std::string expected_;
};

/// fmt.Sprintf for the verbs v s d q x X o b t f e g c U T and %%.
std::string format_text(std::string_view format, const Value* first, std::size_t count);

/// The element at an index or under a key. @throws InvalidArgument.
Value index_value(const Value& value, const Value& key);

}  // namespace dhow::cli::tmpl
