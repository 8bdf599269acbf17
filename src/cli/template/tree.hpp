#pragma once
// A template as a tree.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/template/lexer.hpp"
#include "cli/template/value.hpp"

namespace dhow::cli::tmpl {

struct Pipeline;

/// An operand: what an argument of a command can be.
struct Operand {
    enum class Kind : std::uint8_t { dot, field, variable, function, literal, nil, pipeline };
    Kind kind = Kind::dot;
    std::string name;                    ///< of a variable (with $) or a function
    std::vector<std::string> fields;     ///< .A.B behind a field, a variable or a parenthesis
    Value literal;                       ///< of a literal
    std::unique_ptr<Pipeline> pipeline;  ///< of a parenthesis
    std::size_t position = 0;
    std::string source;  ///< as messages show it
};

/// A function with its arguments, or one operand.
struct Command {
    std::vector<Operand> operands;
    std::size_t position = 0;
    std::string source() const;
};

/// `$a, $b := command | command`
struct Pipeline {
    std::vector<std::string> variables;  ///< with $
    bool assigns = false;                ///< = rather than :=
    std::vector<Command> commands;
    std::size_t position = 0;
    std::string source() const;
};

struct Node {
    enum class Kind : std::uint8_t { text, action, conditional, range, with, stop, skip };
    Kind kind = Kind::text;
    std::string text;
    std::unique_ptr<Pipeline> pipeline;
    std::vector<Node> body;
    std::vector<Node> otherwise;  ///< {{else}}
};

/// Reads a template.
/// @param is_function tells whether a name is one, so that "function \"x\" not defined" is an error of
/// reading.
/// @throws TemplateError.
std::vector<Node> parse_tree(std::string_view text, bool (*is_function)(std::string_view name));

}  // namespace dhow::cli::tmpl
