#pragma once
// Go's text/template as docker's --format needs it: fields, indices, pipes, conditions, loops, variables,
// comparisons, printf and docker's own functions, over JSON values.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/template/tree.hpp"

namespace dhow::cli::tmpl {

/// What a template is run over.
struct Data {
    const Value& root;
    /// The name of the root's type, as a message about a missing field shows it; empty when the root is a
    /// plain map, whose missing keys are reported as such.
    std::string_view type;
    /// Methods of the root that take arguments, or that are computed: `.Label "x"`. None when there is no
    /// such one.
    std::function<std::optional<Value>(std::string_view name, const std::vector<Value>& arguments)> method =
        {};
    /// The value of a member that a document leaves out or has as null; none when there is no such member.
    const Value* (*zero)(std::string_view member) = nullptr;
    /// A missing key below the root prints <no value> instead of being an error.
    bool missing_is_no_value = false;
    /// The root holds the titles of columns: functions that reshape a field (json, lower, upper, title,
    /// split, join, truncate) leave them alone.
    bool is_heading = false;
    /// The `json` of a whole row has <, > and & escaped, as docker's rows have.
    bool escapes_html = false;
};

class Template {
  public:
    /// @throws TemplateError("template: :1: unclosed action").
    explicit Template(std::string_view text);

    /// Appends what the template prints to `out`.
    /// @throws TemplateError("template: :1:2: executing \"\" at <.Foo>: ...").
    void run(const Data& data, std::string& out) const;

    /// Whether the template mentions the field anywhere: what is expensive is fetched only then.
    bool mentions(std::string_view field) const;

  private:
    std::string text_;
    std::vector<Node> nodes_;
};

}  // namespace dhow::cli::tmpl
