#pragma once
// Lists, printed as --format asks: a table, JSON lines, or a template a row.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "cli/template/template.hpp"

namespace dhow::cli {

/// A field of a row and the title of its column.
struct Column {
    std::string_view field;
    std::string_view title;
};

/// What a kind of list looks like.
struct ListingKind {
    std::string_view table;  ///< the template of its default table, without "table "
    std::string_view quiet;  ///< the template of -q
    std::span<const Column> columns;
    std::string_view type;  ///< the name of a row's type, for messages about unknown fields
};

/// Use: construct (the template is checked at once), add rows, take the text.
class Listing {
  public:
    /// @param format as --format gave it: "", "table", "table TEMPLATE", "json", or a template.
    /// @throws Error with docker's wording for a bad template.
    Listing(const ListingKind& kind, std::string_view format, bool quiet);

    /// The row's fields. `label` answers `.Label "key"`.
    void add(json::Object row, std::function<std::string(std::string_view key)> label = {});

    /// The rows so far, laid out; rows are forgotten.
    std::string take();

    bool is_table() const { return is_table_; }
    /// Whether the template uses the field: what is expensive is asked for only then.
    bool mentions(std::string_view field) const { return !is_json_ && template_->mentions(field); }

  private:
    const ListingKind& kind_;
    bool is_table_ = false;
    bool is_json_ = false;
    std::optional<tmpl::Template> template_;
    std::string rows_;
};

/// Runs a template over one document, as inspect, info and version do, with a newline behind it.
/// @param type the name of the document's type when its members are fixed; empty when it is a map.
/// @throws TemplateError when the template cannot be read or run.
std::string format_document(std::string_view format, const json::Value& document, std::string_view type = {});

/// Reads a template without running it. @throws TemplateError("template parsing error: ...").
void check_format(std::string_view format);

}  // namespace dhow::cli
