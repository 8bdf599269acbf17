#pragma once
// A template's text as tokens (Go's text/template, "Actions" and "Text and spaces").

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace dhow::cli::tmpl {

/// A template that cannot be read or run. The message begins with "template: :LINE:".
class TemplateError : public Error {
  public:
    explicit TemplateError(std::string message) : Error(ErrorKind::invalid_argument, std::move(message)) {}
};

enum class TokenKind : std::uint8_t {
    text,        ///< outside of actions; `value` is what is printed
    open,        ///< {{
    close,       ///< }}
    space,       ///< between operands
    identifier,  ///< a keyword or a function
    field,       ///< .Name; `value` without the dot
    variable,    ///< $ or $name; `value` with the dollar
    dot,
    string,  ///< `value` unescaped
    number,  ///< `value` as written; of 'c' its code
    pipe,
    left,
    right,
    comma,
    declare,  ///< :=
    assign,   ///< =
    end,
};

struct Token {
    TokenKind kind;
    std::string value;
    std::size_t position;     ///< bytes from the start of the template
    std::string source = {};  ///< a literal as it was written
};

/// @throws TemplateError.
std::vector<Token> tokenize(std::string_view text);

/// The line, from 1, of a position.
std::size_t line_of(std::string_view text, std::size_t position);

}  // namespace dhow::cli::tmpl
