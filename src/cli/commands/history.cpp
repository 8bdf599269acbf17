#include <array>

#include "base/units.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/format/listing.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    list_format_option,
    flag_on("human", 'H', "Print sizes and dates for people"),
    no_trunc_option,
    text("platform", 0, "Show the history of one platform's variant (os/arch[/variant])"),
    flag("quiet", 'q', "Show image IDs alone"),
};

constexpr std::array columns{
    Column{"ID", "IMAGE"},
    Column{"CreatedSince", "CREATED"},
    Column{"CreatedAt", "CREATED AT"},
    Column{"CreatedBy", "CREATED BY"},
    Column{"Size", "SIZE"},
    Column{"Comment", "COMMENT"},
};

ListingKind listing_of(bool human) {
    return {human ? "{{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}"
                  : "{{.ID}}\t{{.CreatedAt}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}",
            "{{.ID}}", columns, "*image.historyContext"};
}

std::string rfc3339(std::int64_t seconds) {
    return format_timestamp(Timestamp(std::chrono::seconds(seconds)));
}

int history(Session& session, const Arguments& arguments) {
    bool human = arguments.flag("human");
    bool shorten = !arguments.flag("no-trunc");
    auto kind = listing_of(human);
    Listing listing(kind, arguments.text("format"), arguments.flag("quiet"));
    client::Target target("/images/" + client::escape_path(arguments[0]) + "/history");
    target.add_if(arguments.has("platform"), "platform", arguments.text("platform"));
    auto entries = session.client().get(target.take());
    if (entries.is_array())
        for (const auto& entry : entries.get_array()) {
            auto id = string_at(entry, "Id");
            auto created = integer_at(entry, "Created");
            auto size = integer_at(entry, "Size");
            auto by = string_at(entry, "CreatedBy");
            for (char& c : by)
                if (c == '\t') c = ' ';
            bool dated = created > -62135596800;
            json::Object row{
                {"ID", shorten && id != "<missing>" ? short_id(id) : id},
                {"CreatedSince", !dated  ? ""
                                 : human ? ago(created)
                                         : rfc3339(created)},
                {"CreatedAt", dated ? rfc3339(created) : ""},
                {"CreatedBy", shorten ? ellipsis(by, 45) : by},
                {"Size", human ? human_size(static_cast<double>(size), 3) : std::to_string(size)},
                {"Comment", string_at(entry, "Comment")},
            };
            listing.add(std::move(row));
        }
    session.write(listing.take());
    return 0;
}

}  // namespace

constinit const Command history_command{
    .name = "history",
    .usage = "[OPTIONS] IMAGE",
    .summary = "Show the history of an image",
    .options = options,
    .arity = {1, 1},
    .run = history,
    .completes = Completes::images,
    .aliases = "dhow image history, dhow history",
};

}  // namespace dhow::cli
