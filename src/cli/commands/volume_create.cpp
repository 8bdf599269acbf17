#include <array>

#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/create/parts.hpp"

namespace dhow::cli {

namespace {

constexpr Option name_option = text("name", 0, "Name of the volume");

constexpr std::array options{
    alias("name", name_option),
    text("driver", 'd', "Driver of the volume", "local"),
    list("label", 0, "Set metadata on the volume", check_label),
    list("opt", 'o', "Set options of the driver", check_key_value, "map"),
};

json::Object object_of(const std::map<std::string, std::string>& pairs) {
    json::Object object;
    for (const auto& [key, value] : pairs) object[key] = value;
    return object;
}

int create(Session& session, const Arguments& arguments) {
    json::Object body{{"Driver", arguments.text("driver")},
                      {"DriverOpts", object_of(to_map(arguments.list("opt")))},
                      {"Labels", object_of(to_map(arguments.list("label")))}};
    if (arguments.has("name") && !arguments.positional().empty())
        throw Exit(
            1,
            "conflicting options: cannot specify a volume-name through both --name and as a positional arg");
    if (arguments.has("name")) body["Name"] = arguments.text("name");
    if (!arguments.positional().empty()) body["Name"] = arguments[0];
    auto volume = session.client().post("/volumes/create", body);
    session.print("{}\n", string_at(volume, "Name"));
    return 0;
}

}  // namespace

constinit const Command volume_create_command{
    .name = "create",
    .usage = "[OPTIONS] [VOLUME]",
    .summary = "Create a volume",
    .options = options,
    .arity = {0, 1},
    .run = create,
};

}  // namespace dhow::cli
