#include "cli/commands/volume_row.hpp"

#include <array>

#include "base/units.hpp"
#include "cli/format/text.hpp"

namespace dhow::cli {

namespace {

constexpr std::array columns{
    Column{"Name", "VOLUME NAME"}, Column{"Driver", "DRIVER"},
    Column{"Scope", "SCOPE"},      Column{"Mountpoint", "MOUNTPOINT"},
    Column{"Labels", "LABELS"},    Column{"Links", "LINKS"},
    Column{"Size", "SIZE"},        Column{"Availability", "AVAILABILITY"},
    Column{"Group", "GROUP"},      Column{"Status", "STATUS"},
};

}  // namespace

constinit const ListingKind volume_listing{"{{.Driver}}\t{{.Name}}", "{{.Name}}", columns,
                                           "*formatter.volumeContext"};

std::span<const Column> volume_columns() { return columns; }

void add_volume(Listing& listing, const json::Value& volume) {
    const auto* usage = find(volume, "UsageData");
    bool knows = usage && usage->is_object();
    const auto* labels = find(volume, "Labels");
    json::Object row{
        {"Name", string_at(volume, "Name")},
        {"Driver", string_at(volume, "Driver")},
        {"Scope", string_at(volume, "Scope")},
        {"Mountpoint", string_at(volume, "Mountpoint")},
        {"Labels", join_pairs(labels)},
        {"Links", knows ? std::to_string(integer_at(*usage, "RefCount")) : "N/A"},
        {"Size", knows ? human_size(static_cast<double>(integer_at(*usage, "Size"))) : "N/A"},
        {"Availability", "N/A"},
        {"Group", "N/A"},
        {"Status", "N/A"},
    };
    listing.add(std::move(row), [&](std::string_view key) {
        const auto* object = labels ? labels->if_object() : nullptr;
        const auto* value = object ? object->if_contains(key) : nullptr;
        return value && value->is_string() ? std::string(value->get_string().c_str()) : std::string();
    });
}

}  // namespace dhow::cli
