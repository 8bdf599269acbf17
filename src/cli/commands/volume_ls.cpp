#include <algorithm>
#include <array>

#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/commands/volume_row.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    filter_option,
    list_format_option,
    flag("quiet", 'q', "Show volume names alone"),
};

int ls(Session& session, const Arguments& arguments) {
    Listing listing(volume_listing, arguments.text("format"), arguments.flag("quiet"));
    auto filters = filters_text(arguments.list("filter"));
    auto answer =
        session.client().get(client::Target("/volumes").add_if(!filters.empty(), "filters", filters).take());
    auto volumes = array_at(answer, "Volumes");
    std::ranges::sort(volumes, {}, [](const json::Value& volume) { return string_at(volume, "Name"); });
    for (const auto& volume : volumes) add_volume(listing, volume);
    session.write(listing.take());
    return 0;
}

}  // namespace

constinit const Command volume_ls_command{
    .name = "ls",
    .usage = "[OPTIONS]",
    .summary = "List volumes",
    .options = options,
    .arity = {0, 0},
    .run = ls,
    .aliases = "dhow volume ls, dhow volume list",
    .more_names = "list",
};

}  // namespace dhow::cli
