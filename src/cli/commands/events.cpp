#include <algorithm>
#include <array>

#include "base/units.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/format/listing.hpp"
#include "client/streams.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    filter_option,
    text("format", 0,
         "How to print:\n'json':             a JSON document a line\n'TEMPLATE':         the Go template a "
         "line"),
    text("since", 0, "Show events since a moment or an age"),
    text("until", 0, "Show events until a moment"),
};

/// "2024-05-01T12:00:00.123456789+02:00"
std::string local_rfc3339(std::int64_t nanoseconds) {
    auto text = local_time(nanoseconds / 1000000000);
    auto zone = text.substr(20, 5);
    auto offset = zone == "+0000" ? std::string("Z") : zone.substr(0, 3) + ":" + zone.substr(3);
    return fmt::format("{}T{}.{:09}{}", text.substr(0, 10), text.substr(11, 8), nanoseconds % 1000000000,
                       offset);
}

std::string line_of(const json::Value& event) {
    auto line =
        fmt::format("{} {} {} {}", local_rfc3339(integer_at(event, "timeNano")), string_at(event, "Type"),
                    string_at(event, "Action"), string_at(event, "Actor.ID"));
    std::vector<std::string> attributes;
    if (const auto* found = find(event, "Actor.Attributes"); found && found->is_object())
        for (const auto& [key, value] : found->get_object())
            attributes.push_back(std::string(key) + "=" +
                                 (value.is_string() ? value.get_string().c_str() : ""));
    std::ranges::sort(attributes);
    if (!attributes.empty()) line += " (" + join(attributes, ", ") + ")";
    return line + "\n";
}

int events(Session& session, const Arguments& arguments) {
    auto format = arguments.text("format");
    auto filters = filters_text(arguments.list("filter"));
    client::Target target("/events");
    target.add_if(arguments.has("since"), "since", moment(arguments.text("since")));
    target.add_if(arguments.has("until"), "until", moment(arguments.text("until")));
    target.add_if(!filters.empty(), "filters", filters);
    client::JsonStream stream(session.client().call({.method = "GET", .target = target.take()}));
    while (auto event = stream.next()) {
        session.write(format.empty() ? line_of(*event) : format_document(format, *event, "*events.Message"));
        session.flush();
    }
    return 0;
}

}  // namespace

constinit const Command events_command{
    .name = "events",
    .usage = "[OPTIONS]",
    .summary = "Get real time events from the server",
    .options = options,
    .arity = {0, 0},
    .run = events,
    .aliases = "dhow system events, dhow events",
};

}  // namespace dhow::cli
