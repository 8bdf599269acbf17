#include <algorithm>
#include <array>

#include "base/units.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/container_row.hpp"
#include "cli/commands/support.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    flag("all", 'a', "Show all containers, not only those that run"),
    filter_option,
    list_format_option,
    value("last", 'n', "int", "Show the last containers made, in any state", check_integer, "-1"),
    flag("latest", 'l', "Show the container that was made last, in any state"),
    no_trunc_option,
    flag("quiet", 'q', "Show container IDs alone"),
    flag("size", 's', "Show the sizes of files"),
};

int ps(Session& session, const Arguments& arguments) {
    bool size = arguments.flag("size");
    ListingKind kind = container_listing(size);
    Listing listing(kind, arguments.text("format"), arguments.flag("quiet"));
    bool asks_size = size || listing.mentions("Size");
    auto last = arguments.flag("latest") && !arguments.has("last") ? 1 : arguments.integer("last");
    auto filters = filters_text(arguments.list("filter"));
    client::Target target("/containers/json");
    target.add_if(arguments.flag("all"), "all", "1").add_if(last > 0, "limit", std::to_string(last));
    target.add_if(asks_size, "size", "1").add_if(!filters.empty(), "filters", filters);
    auto containers = session.client().get(target.take());
    bool shorten = !arguments.flag("no-trunc");
    if (containers.is_array())
        for (const auto& container : containers.get_array()) add_container(listing, container, shorten);
    session.write(listing.take());
    return 0;
}

constexpr Command command{
    .name = "ps",
    .usage = "[OPTIONS]",
    .summary = "List containers",
    .options = options,
    .arity = {0, 0},
    .run = ps,
    .aliases = "dhow container ls, dhow container list, dhow container ps, dhow ps",
};

constexpr Command in_group() {
    auto renamed = command;
    renamed.name = "ls";
    renamed.more_names = "list ps";
    return renamed;
}

}  // namespace

constinit const Command ps_command = command;
constinit const Command container_ls_command = in_group();

}  // namespace dhow::cli
