#include <array>

#include "base/units.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/container_row.hpp"
#include "cli/commands/image_row.hpp"
#include "cli/commands/support.hpp"
#include "cli/commands/volume_row.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{list_format_option, flag("verbose", 'v', "Show every object")};

constexpr std::array columns{
    Column{"Type", "TYPE"}, Column{"TotalCount", "TOTAL"},        Column{"Active", "ACTIVE"},
    Column{"Size", "SIZE"}, Column{"Reclaimable", "RECLAIMABLE"},
};
constexpr ListingKind summary_kind{"{{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}", "",
                                   columns, "*formatter.diskUsageImagesContext"};

struct Usage {
    std::int64_t total = 0;
    std::int64_t active = 0;
    std::int64_t size = 0;
    std::int64_t reclaimable = 0;
};

Usage images(const json::Value& df) {
    Usage usage{.size = integer_at(df, "LayersSize")};
    std::int64_t used = 0;
    for (const auto& image : array_at(df, "Images")) {
        ++usage.total;
        if (integer_at(image, "Containers") == 0) continue;
        ++usage.active;
        auto size = integer_at(image, "Size");
        auto shared = integer_at(image, "SharedSize");
        if (size != -1 && shared != -1) used += size - shared;
    }
    usage.reclaimable = usage.size - used;
    return usage;
}

Usage containers(const json::Value& df) {
    Usage usage;
    for (const auto& container : array_at(df, "Containers")) {
        ++usage.total;
        auto size = integer_at(container, "SizeRw");
        auto state = string_at(container, "State");
        bool active = state == "running" || state == "paused" || state == "restarting";
        usage.active += active;
        usage.size += size;
        if (!active) usage.reclaimable += size;
    }
    return usage;
}

Usage volumes(const json::Value& df) {
    Usage usage;
    for (const auto& volume : array_at(df, "Volumes")) {
        ++usage.total;
        auto size = std::max<std::int64_t>(integer_at(volume, "UsageData.Size"), 0);
        bool active = integer_at(volume, "UsageData.RefCount") > 0;
        usage.active += active;
        usage.size += size;
        if (!active) usage.reclaimable += size;
    }
    return usage;
}

Usage build_cache(const json::Value& df) {
    Usage usage;
    for (const auto& record : array_at(df, "BuildCache")) {
        ++usage.total;
        bool in_use = bool_at(record, "InUse");
        usage.active += in_use;
        if (bool_at(record, "Shared")) continue;
        usage.size += integer_at(record, "Size");
        if (!in_use) usage.reclaimable += integer_at(record, "Size");
    }
    return usage;
}

void add(Listing& listing, std::string_view type, const Usage& usage, bool percent) {
    auto reclaimable = human_size(static_cast<double>(usage.reclaimable));
    if (percent && usage.size > 0) reclaimable += fmt::format(" ({}%)", usage.reclaimable * 100 / usage.size);
    listing.add({{"Type", type},
                 {"TotalCount", std::to_string(usage.total)},
                 {"Active", std::to_string(usage.active)},
                 {"Size", human_size(static_cast<double>(usage.size))},
                 {"Reclaimable", reclaimable}});
}

std::string verbose_text(const json::Value& df) {
    ListingKind image_kind{
        "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}\t{{.UniqueSize}}"
        "\t{{.Containers}}",
        "", image_columns(), "*formatter.imageContext"};
    ListingKind container_kind{
        "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t{{.Status}}\t{{."
        "Names}}",
        "", container_columns(), "*formatter.ContainerContext"};
    ListingKind volume_kind{"{{.Name}}\t{{.Links}}\t{{.Size}}", "", volume_columns(),
                            "*formatter.volumeContext"};
    Listing image_list(image_kind, "", false), container_list(container_kind, "", false),
        volume_list(volume_kind, "", false);
    for (const auto& image : array_at(df, "Images")) add_image(image_list, image, {.first_only = true});
    for (auto container : array_at(df, "Containers")) {
        container.get_object().erase("SizeRootFs");
        add_container(container_list, container, true);
    }
    for (const auto& volume : array_at(df, "Volumes")) add_volume(volume_list, volume);
    return "Images space usage:\n\n" + image_list.take() + "\nContainers space usage:\n\n" +
           container_list.take() + "\nLocal Volumes space usage:\n\n" + volume_list.take() +
           fmt::format("\nBuild cache usage: {}\n", human_size(static_cast<double>(build_cache(df).size)));
}

int show_usage(Session& session, const Arguments& arguments) {
    auto format = arguments.text("format");
    bool verbose = arguments.flag("verbose");
    if (verbose && !format.empty() && format != "table")
        throw Exit(1, "the verbose and the format options conflict: use one of them");
    Listing listing(summary_kind, format, false);
    auto df = session.client().get("/system/df");
    if (verbose) {
        session.write(verbose_text(df));
        return 0;
    }
    add(listing, "Images", images(df), true);
    add(listing, "Containers", containers(df), true);
    add(listing, "Local Volumes", volumes(df), true);
    add(listing, "Build Cache", build_cache(df), false);
    session.write(listing.take());
    return 0;
}

}  // namespace

constinit const Command df_command{
    .name = "df",
    .usage = "[OPTIONS]",
    .summary = "Show disk usage",
    .options = options,
    .arity = {0, 0},
    .run = show_usage,
};

}  // namespace dhow::cli
