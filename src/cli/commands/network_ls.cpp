#include <algorithm>
#include <array>

#include "base/units.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/format/listing.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    filter_option,
    list_format_option,
    no_trunc_option,
    flag("quiet", 'q', "Show network IDs alone"),
};

constexpr std::array columns{
    Column{"ID", "NETWORK ID"},     Column{"Name", "NAME"},     Column{"Driver", "DRIVER"},
    Column{"IPv4", "IPV4"},         Column{"IPv6", "IPV6"},     Column{"Scope", "SCOPE"},
    Column{"Internal", "INTERNAL"}, Column{"Labels", "LABELS"}, Column{"CreatedAt", "CREATED AT"},
};

constexpr ListingKind listing_kind{"{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}", "{{.ID}}", columns,
                                   "*network.networkContext"};

/// The API's moment as the tables print one.
std::string created_at(const json::Value& network) {
    try {
        auto count = parse_timestamp(string_at(network, "Created")).time_since_epoch().count();
        return local_time(count / 1000000000, count % 1000000000);
    } catch (const InvalidArgument&) {
        return string_at(network, "Created");
    }
}

void add(Listing& listing, const json::Value& network, bool shorten) {
    auto yes_no = [](bool yes) { return yes ? "true" : "false"; };
    auto id = string_at(network, "Id");
    const auto* labels = find(network, "Labels");
    json::Object row{
        {"ID", shorten ? short_id(id) : id},
        {"Name", string_at(network, "Name")},
        {"Driver", string_at(network, "Driver")},
        {"Scope", string_at(network, "Scope")},
        {"IPv4", yes_no(bool_at(network, "EnableIPv4"))},
        {"IPv6", yes_no(bool_at(network, "EnableIPv6"))},
        {"Internal", yes_no(bool_at(network, "Internal"))},
        {"Labels", join_pairs(labels)},
        {"CreatedAt", created_at(network)},
    };
    listing.add(std::move(row), [&](std::string_view key) {
        const auto* object = labels ? labels->if_object() : nullptr;
        const auto* value = object ? object->if_contains(key) : nullptr;
        return value && value->is_string() ? std::string(value->get_string().c_str()) : std::string();
    });
}

int ls(Session& session, const Arguments& arguments) {
    Listing listing(listing_kind, arguments.text("format"), arguments.flag("quiet"));
    auto filters = filters_text(arguments.list("filter"));
    auto answer =
        session.client().get(client::Target("/networks").add_if(!filters.empty(), "filters", filters).take());
    auto networks = answer.is_array() ? answer.get_array() : json::Array();
    std::ranges::sort(networks, {}, [](const json::Value& network) { return string_at(network, "Name"); });
    for (const auto& network : networks) add(listing, network, !arguments.flag("no-trunc"));
    session.write(listing.take());
    return 0;
}

}  // namespace

constinit const Command network_ls_command{
    .name = "ls",
    .usage = "[OPTIONS]",
    .summary = "List networks",
    .options = options,
    .arity = {0, 0},
    .run = ls,
    .aliases = "dhow network ls, dhow network list",
    .more_names = "list",
};

}  // namespace dhow::cli
