#include <algorithm>
#include <array>

#include "base/units.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/image_row.hpp"
#include "cli/commands/support.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    flag("all", 'a', "Show all images, intermediate ones too"),
    flag("digests", 0, "Show digests"),
    filter_option,
    list_format_option,
    no_trunc_option,
    flag("quiet", 'q', "Show image IDs alone"),
};

int images(Session& session, const Arguments& arguments) {
    auto kind = image_listing(arguments.flag("digests"));
    Listing listing(kind, arguments.text("format"), arguments.flag("quiet"));
    auto filters = filters_object(arguments.list("filter"));
    if (!arguments.positional().empty()) {
        auto& references = filters["reference"];
        if (!references.is_object()) references.emplace_object();
        references.get_object()[arguments[0]] = true;
    }
    client::Target target("/images/json");
    target.add_if(arguments.flag("all"), "all", "1").add_if(!filters.empty(), "filters", json::dump(filters));
    auto found = session.client().get(target.take());
    ImageRows rows{.shorten = !arguments.flag("no-trunc"),
                   .by_digest = arguments.flag("digests") || listing.mentions("Digest")};
    if (found.is_array())
        for (const auto& image : found.get_array()) add_image(listing, image, rows);
    session.write(listing.take());
    return 0;
}

constexpr Command command{
    .name = "images",
    .usage = "[OPTIONS] [REPOSITORY[:TAG]]",
    .summary = "List images",
    .options = options,
    .arity = {0, 1},
    .run = images,
    .completes = Completes::images,
    .aliases = "dhow image ls, dhow image list, dhow images",
};

constexpr Command in_group() {
    auto renamed = command;
    renamed.name = "ls";
    renamed.more_names = "list";
    return renamed;
}

}  // namespace

constinit const Command images_command = command;
constinit const Command image_ls_command = in_group();

}  // namespace dhow::cli
