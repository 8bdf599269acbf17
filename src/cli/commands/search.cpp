#include <array>

#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/credentials/store.hpp"
#include "cli/format/listing.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    filter_option,
    list_format_option,
    text("limit", 0, "Max number of search results"),
    no_trunc_option,
};

constexpr std::array columns{
    Column{"Name", "NAME"},           Column{"Description", "DESCRIPTION"}, Column{"StarCount", "STARS"},
    Column{"IsOfficial", "OFFICIAL"}, Column{"IsAutomated", "AUTOMATED"},
};

constexpr ListingKind kind{"{{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}", "{{.Name}}",
                           columns, "*registry.searchContext"};

/// The registry that a term begins with ("localhost:5000/web"), or "".
std::string_view registry_of(std::string_view term) {
    auto slash = term.find('/');
    auto host = term.substr(0, slash);
    bool named = slash != term.npos && (host.find_first_of(".:") != host.npos || host == "localhost");
    return named ? host : std::string_view();
}

int search(Session& session, const Arguments& arguments) {
    Listing listing(kind, arguments.text("format"), false);
    client::Target target("/images/search");
    target.add("term", arguments[0]);
    target.add_if(arguments.has("limit"), "limit", arguments.text("limit"));
    auto filters = filters_text(arguments.list("filter"));
    target.add_if(!filters.empty(), "filters", filters);
    client::Request request{.method = "GET", .target = target.take()};
    request.headers.emplace_back("X-Registry-Auth",
                                 CredentialStore().header(registry_key(registry_of(arguments[0]))));
    auto results = session.client().json(request);
    if (results.is_array())
        for (const auto& result : results.get_array()) {
            auto description = string_at(result, "description");
            for (char& c : description)
                if (c == '\n' || c == '\r') c = ' ';
            auto ok = [&](std::string_view name) { return bool_at(result, name) ? "[OK]" : ""; };
            listing.add(json::Object{
                {"Name", string_at(result, "name")},
                {"Description", arguments.flag("no-trunc") ? description : ellipsis(description, 45)},
                {"StarCount", std::to_string(integer_at(result, "star_count"))},
                {"IsOfficial", ok("is_official")},
                {"IsAutomated", ok("is_automated")},
            });
        }
    session.write(listing.take());
    return 0;
}

}  // namespace

extern const Command search_command;

constinit const Command search_command{
    .name = "search",
    .usage = "[OPTIONS] TERM",
    .summary = "Search registries for images",
    .options = options,
    .arity = {1, 1},
    .run = search,
};

}  // namespace dhow::cli
