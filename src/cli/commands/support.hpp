#pragma once
// What several commands share.

#include <string>
#include <string_view>
#include <vector>

#include "cli/format/text.hpp"
#include "cli/options/arguments.hpp"
#include "cli/options/checks.hpp"
#include "cli/options/command.hpp"
#include "cli/session.hpp"

namespace dhow::cli {

inline constexpr Option filter_option =
    list("filter", 'f', "Show only what meets conditions (NAME=VALUE)", check_filter, "filter");
inline constexpr Option list_format_option = text("format", 0,
                                                  "How to print:\n'table':            a table with column "
                                                  "headers (default)\n'table TEMPLATE':   a table of the "
                                                  "template's columns\n'json':             a JSON document a "
                                                  "line\n'TEMPLATE':         the Go template a line");
inline constexpr Option document_format_option =
    text("format", 'f', "How to print:\n'json':             as JSON\n'TEMPLATE':         by the Go template");
inline constexpr Option no_trunc_option = flag("no-trunc", 0, "Do not shorten");
inline constexpr Option prune_filter_option = list(
    "filter", 0, "Remove only what meets conditions (e.g. \"until=<timestamp>\", \"label=<key>=<value>\")",
    check_filter, "filter");

/// "/containers/NAME" + `rest`, the name escaped.
std::string container_path(std::string_view name, std::string_view rest = {});

/// The values of --filter as the API takes them; empty when there are none.
std::string filters_text(const std::vector<std::string>& values);
json::Object filters_object(const std::vector<std::string>& values);

/// A moment as --since and --until take it ("10m", a date, seconds since the epoch), in seconds since the
/// epoch with nanoseconds. @throws InvalidArgument.
std::string moment(std::string_view text);

/// Refuses a --format that is no template, as inspect does. @throws Exit with status 64.
void check_inspect_format(std::string_view format);

/// What `inspect` prints of the documents that were found, by --format; then the failures. @return the exit
/// status.
int print_documents(Session& session, const json::Array& documents, std::string_view format,
                    const std::vector<std::string>& failures);

/// `inspect` of one kind: asks `target_of(name)` for each name.
int inspect_each(Session& session, const Arguments& arguments,
                 const std::function<std::string(const std::string&)>& target_of);

/// "Total reclaimed space: 1.2GB"
std::string reclaimed(std::int64_t bytes);

}  // namespace dhow::cli
