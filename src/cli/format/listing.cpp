#include "cli/format/listing.hpp"

#include <algorithm>

#include "cli/format/absent.hpp"
#include "cli/format/tabwriter.hpp"
#include "cli/template/value.hpp"

namespace dhow::cli {

namespace {

/// `\t` and `\n` typed as two characters, as people write them in a shell.
std::string unescape(std::string_view format) {
    std::string result;
    for (std::size_t i = 0; i < format.size(); ++i) {
        bool pair = format[i] == '\\' && i + 1 < format.size();
        if (pair && format[i + 1] == 't')
            result += '\t', ++i;
        else if (pair && format[i + 1] == 'n')
            result += '\n', ++i;
        else
            result += format[i];
    }
    return result;
}

std::string_view trim_blanks(std::string_view text) {
    auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

tmpl::Template read_template(std::string_view text, std::string_view wording) {
    try {
        return tmpl::Template(text);
    } catch (tmpl::TemplateError& error) {
        error.add_context(wording);
        throw;
    }
}

}  // namespace

Listing::Listing(const ListingKind& kind, std::string_view format, bool quiet) : kind_(kind) {
    std::string text(format);
    if (format.empty() || format == "table") {
        is_table_ = !quiet;
        text = quiet ? kind.quiet : kind.table;
    } else if (quiet && !kind.quiet.empty()) {
        text = kind.quiet;
    } else if (format == "json") {
        is_json_ = true;
        text = "{{json .}}";
    } else if (format.starts_with("table")) {
        is_table_ = true;
        text = format.substr(5);
    }
    template_ = read_template(unescape(trim_blanks(text)), "failed to parse template");
}

void Listing::add(json::Object row, std::function<std::string(std::string_view key)> label) {
    json::Object sorted;
    for (auto key : tmpl::sorted_keys(row)) sorted.emplace(key, std::move(row.at(key)));
    json::Value root(std::move(sorted));
    tmpl::Data data{root, kind_.type};
    data.escapes_html = true;
    data.method = [&](std::string_view name,
                      const std::vector<json::Value>& arguments) -> std::optional<json::Value> {
        if (name != "Label" || arguments.size() != 1 || !arguments[0].is_string()) return std::nullopt;
        if (!label) return json::Value("");
        return json::Value(label(std::string_view(arguments[0].get_string())));
    };
    try {
        template_->run(data, rows_);
    } catch (tmpl::TemplateError& error) {
        error.add_context("failed to execute template");
        throw;
    }
    rows_ += '\n';
}

std::string Listing::take() {
    auto rows = std::exchange(rows_, {});
    if (!is_table_) return rows;
    json::Object titles;
    for (const auto& column : kind_.columns) titles.emplace(column.field, column.title);
    json::Value root(std::move(titles));
    std::string heading;
    tmpl::Data data{root, {}};
    data.missing_is_no_value = true;
    data.is_heading = true;
    data.method = [](std::string_view name,
                     const std::vector<json::Value>& arguments) -> std::optional<json::Value> {
        if (name == "Label" && arguments.size() == 1) return arguments[0];
        return std::nullopt;
    };
    template_->run(data, heading);
    return align_columns(heading + "\n" + rows);
}

void check_format(std::string_view format) { read_template(std::string(format), "template parsing error"); }

std::string format_document(std::string_view format, const json::Value& document, std::string_view type) {
    auto text =
        read_template(format == "json" ? "{{json .}}" : std::string(format), "template parsing error");
    std::string out;
    try {
        tmpl::Data data{document, type};
        data.zero = zero_of;
        data.missing_is_no_value = !type.empty();
        text.run(data, out);
    } catch (tmpl::TemplateError& error) {
        error.add_context("template parsing error");
        throw;
    }
    return out + '\n';
}

}  // namespace dhow::cli
