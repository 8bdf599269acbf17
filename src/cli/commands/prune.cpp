// container prune, image prune, volume prune, network prune, system prune.

#include <array>

#include "base/units.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"

namespace dhow::cli {

namespace {

constexpr Option force_option = flag("force", 'f', "Do not ask");
constexpr std::array plain_options{prune_filter_option, force_option};
constexpr std::array image_options{
    flag("all", 'a', "Remove all unused images, not only those without a name"),
    prune_filter_option,
    force_option,
};
constexpr std::array volume_options{
    flag("all", 'a', "Remove all unused volumes, not only anonymous ones"),
    prune_filter_option,
    force_option,
};
constexpr std::array builder_options{
    flag("all", 'a', "Remove all that builds keep, not only what no image stands on"),
    list("filter", 0, "Remove only what meets conditions (e.g. \"until=24h\", \"type=exec.cachemount\")",
         check_filter, "filter"),
    force_option,
    text("reserved-space", 0, "What stays in any case (e.g. 5gb)"),
    alias("keep-storage", text("reserved-space", 0, "")),
    text("max-used-space", 0, "What may stay (e.g. 20gb)"),
    text("min-free-space", 0, "What shall be free on the disk (e.g. 20gb)"),
};
constexpr std::array system_options{
    flag("all", 'a', "Remove all unused images, not only those without a name"),
    prune_filter_option,
    force_option,
    flag("volumes", 0, "Remove anonymous volumes too"),
};

constexpr std::string_view question = "Are you sure you want to continue?";

/// Ends the command, with success, when the answer is no.
void ask(Session& session, const Arguments& arguments, std::string_view warning) {
    if (arguments.flag("force")) return;
    session.print("WARNING! {}\n", warning);
    if (!confirm(session, question)) throw Exit(0, "");
}

json::Value prune(Session& session, std::string_view kind, const json::Object& filters) {
    client::Target target(fmt::format("/{}/prune", kind));
    return session.client().post(target.add_if(!filters.empty(), "filters", json::dump(filters)).take());
}

void add_filter(json::Object& filters, std::string_view name, std::string_view value) {
    json::Object values;
    values.emplace(value, true);
    filters[name] = std::move(values);
}

/// Prints a heading and the names, when there are any. @return the bytes that were freed.
std::int64_t print_removed(Session& session, const json::Value& answer, std::string_view member,
                           std::string_view heading) {
    const auto& names = array_at(answer, member);
    if (!names.empty()) {
        session.print("{}:\n", heading);
        for (const auto& name : names)
            if (name.is_string()) session.print("{}\n", name.get_string().c_str());
        session.write("\n");
    }
    return integer_at(answer, "SpaceReclaimed");
}

std::int64_t print_images(Session& session, const json::Value& answer) {
    const auto& steps = array_at(answer, "ImagesDeleted");
    if (!steps.empty()) session.write("Deleted Images:\n");
    for (const auto& step : steps) {
        auto untagged = string_at(step, "Untagged");
        if (!untagged.empty())
            session.print("untagged: {}\n", untagged);
        else
            session.print("deleted: {}\n", string_at(step, "Deleted"));
    }
    if (!steps.empty()) session.write("\n");
    return integer_at(answer, "SpaceReclaimed");
}

int prune_containers(Session& session, const Arguments& arguments) {
    ask(session, arguments, "This will remove all stopped containers.");
    auto answer = prune(session, "containers", filters_object(arguments.list("filter")));
    session.write(reclaimed(print_removed(session, answer, "ContainersDeleted", "Deleted Containers")));
    return 0;
}

int prune_images(Session& session, const Arguments& arguments) {
    bool all = arguments.flag("all");
    ask(session, arguments,
        all ? "This will remove all images without at least one container associated to them."
            : "This will remove all dangling images.");
    auto filters = filters_object(arguments.list("filter"));
    add_filter(filters, "dangling", all ? "false" : "true");
    auto bytes = print_images(session, prune(session, "images", filters));
    session.write(reclaimed(bytes));
    return 0;
}

int prune_volumes(Session& session, const Arguments& arguments) {
    bool all = arguments.flag("all");
    ask(session, arguments,
        all ? "This will remove all local volumes not used by at least one container."
            : "This will remove anonymous local volumes not used by at least one container.");
    auto filters = filters_object(arguments.list("filter"));
    if (all) add_filter(filters, "all", "true");
    session.write(reclaimed(
        print_removed(session, prune(session, "volumes", filters), "VolumesDeleted", "Deleted Volumes")));
    return 0;
}

int prune_networks(Session& session, const Arguments& arguments) {
    ask(session, arguments, "This will remove all custom networks not used by at least one container.");
    auto answer = prune(session, "networks", filters_object(arguments.list("filter")));
    print_removed(session, answer, "NetworksDeleted", "Deleted Networks");
    return 0;
}

int prune_builder(Session& session, const Arguments& arguments) {
    bool all = arguments.flag("all");
    ask(session, arguments,
        all ? "This will remove all build cache."
            : "This will remove all build cache that no image stands on.");
    client::Target target("/build/prune");
    auto filters = filters_object(arguments.list("filter"));
    target.add_if(!filters.empty(), "filters", json::dump(filters)).add_if(all, "all", "1");
    for (const char* limit : {"reserved-space", "max-used-space", "min-free-space"})
        if (arguments.has(limit)) target.add(limit, std::to_string(parse_size(arguments.text(limit))));
    auto answer = session.client().post(target.take());
    session.write(reclaimed(print_removed(session, answer, "CachesDeleted", "Deleted build cache objects")));
    return 0;
}

int prune_system(Session& session, const Arguments& arguments) {
    bool all = arguments.flag("all");
    bool volumes = arguments.flag("volumes");
    auto filters = filters_object(arguments.list("filter"));
    if (volumes && filters.contains("until"))
        throw Exit(1, "ERROR: The \"until\" filter is not supported with \"--volumes\"");
    ask(session, arguments,
        fmt::format(
            "This will remove:\n  - all stopped containers\n  - all networks not used by at least one "
            "container\n{}"
            "  - {}\n",
            volumes ? "  - all anonymous volumes not used by at least one container\n" : "",
            all ? "all images without at least one container associated to them" : "all dangling images"));
    auto bytes = print_removed(session, prune(session, "containers", filters), "ContainersDeleted",
                               "Deleted Containers");
    print_removed(session, prune(session, "networks", filters), "NetworksDeleted", "Deleted Networks");
    if (volumes)
        bytes +=
            print_removed(session, prune(session, "volumes", filters), "VolumesDeleted", "Deleted Volumes");
    auto image_filters = filters;
    add_filter(image_filters, "dangling", all ? "false" : "true");
    bytes += print_images(session, prune(session, "images", image_filters));
    session.write(reclaimed(bytes));
    return 0;
}

}  // namespace

extern const Command builder_prune_command;
constinit const Command builder_prune_command{
    .name = "prune",
    .usage = "[OPTIONS]",
    .summary = "Remove what builds keep to use it again",
    .options = builder_options,
    .arity = {0, 0},
    .run = prune_builder,
    .aliases = "dhow builder prune",
};

constinit const Command container_prune_command{
    .name = "prune",
    .usage = "[OPTIONS]",
    .summary = "Remove all stopped containers",
    .options = plain_options,
    .arity = {0, 0},
    .run = prune_containers,
};
constinit const Command image_prune_command{
    .name = "prune",
    .usage = "[OPTIONS]",
    .summary = "Remove unused images",
    .options = image_options,
    .arity = {0, 0},
    .run = prune_images,
};
constinit const Command volume_prune_command{
    .name = "prune",
    .usage = "[OPTIONS]",
    .summary = "Remove unused local volumes",
    .options = volume_options,
    .arity = {0, 0},
    .run = prune_volumes,
};
constinit const Command network_prune_command{
    .name = "prune",
    .usage = "[OPTIONS]",
    .summary = "Remove all unused networks",
    .options = plain_options,
    .arity = {0, 0},
    .run = prune_networks,
};
constinit const Command system_prune_command{
    .name = "prune",
    .usage = "[OPTIONS]",
    .summary = "Remove unused data",
    .options = system_options,
    .arity = {0, 0},
    .run = prune_system,
};

}  // namespace dhow::cli
