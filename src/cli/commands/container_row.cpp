#include "cli/commands/container_row.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>

#include "base/units.hpp"
#include "cli/format/text.hpp"
#include "cli/template/value.hpp"

namespace dhow::cli {

namespace {

constexpr std::array columns{
    Column{"ID", "CONTAINER ID"},
    Column{"Names", "NAMES"},
    Column{"Image", "IMAGE"},
    Column{"Command", "COMMAND"},
    Column{"CreatedAt", "CREATED AT"},
    Column{"RunningFor", "CREATED"},
    Column{"Ports", "PORTS"},
    Column{"State", "STATE"},
    Column{"Status", "STATUS"},
    Column{"Size", "SIZE"},
    Column{"Labels", "LABELS"},
    Column{"Mounts", "MOUNTS"},
    Column{"LocalVolumes", "LOCAL VOLUMES"},
    Column{"Networks", "NETWORKS"},
    Column{"Platform", "PLATFORM"},
};

std::string names(const json::Value& container, bool shorten) {
    std::vector<std::string> all;
    for (const auto& value : array_at(container, "Names")) {
        std::string name(value.is_string() ? std::string_view(value.get_string()) : "");
        if (name.starts_with('/')) name.erase(0, 1);
        if (!shorten) all.push_back(name);
        // What has a slash inside is a link's name.
        else if (name.find('/') == std::string::npos)
            return name;
    }
    return join(all, ",");
}

std::string image(const json::Value& container, bool shorten) {
    auto name = string_at(container, "Image");
    if (name.empty()) return "<no image>";
    if (!shorten) return name;
    auto id = short_id(string_at(container, "ImageID"));
    if (id == short_id(name)) return id;
    if (auto digest = name.find('@'); digest != std::string::npos) name.resize(digest);
    for (std::string_view prefix : {"docker.io/library/", "docker.io/"})
        if (name.starts_with(prefix)) return name.substr(prefix.size());
    return name;
}

std::string size(const json::Value& container) {
    auto own = human_size(static_cast<double>(integer_at(container, "SizeRw")), 3);
    auto all = integer_at(container, "SizeRootFs");
    return all > 0 ? fmt::format("{} (virtual {})", own, human_size(static_cast<double>(all), 3)) : own;
}

std::string mounts(const json::Value& container, bool shorten) {
    std::vector<std::string> all;
    for (const auto& mount : array_at(container, "Mounts")) {
        auto name = string_at(mount, "Name");
        if (name.empty()) name = string_at(mount, "Source");
        all.push_back(shorten ? ellipsis(name, 15) : name);
    }
    return join(all, ",");
}

std::string networks(const json::Value& container) {
    std::vector<std::string> all;
    if (const auto* found = find(container, "NetworkSettings.Networks"); found && found->is_object())
        for (const auto& entry : found->get_object()) all.emplace_back(entry.key());
    return join(all, ",");
}

json::Value platform(const json::Value& container) {
    const auto* found = find(container, "ImageManifestDescriptor.platform");
    if (!found || !found->is_object()) return nullptr;
    auto text = string_at(*found, "os") + "/" + string_at(*found, "architecture");
    if (auto variant = string_at(*found, "variant"); !variant.empty()) text += "/" + variant;
    return json::Value(text);
}

}  // namespace

std::span<const Column> container_columns() { return columns; }

ListingKind container_listing(bool size) {
    return {size ? "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}"
                   "\t{{.Size}}"
                 : "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}",
            "{{.ID}}", columns, "*formatter.ContainerContext"};
}

void add_container(Listing& listing, const json::Value& container, bool shorten) {
    auto id = string_at(container, "Id");
    auto created = integer_at(container, "Created");
    auto command = string_at(container, "Command");
    std::int64_t local = 0;
    for (const auto& mount : array_at(container, "Mounts")) local += string_at(mount, "Driver") == "local";
    const auto* labels = find(container, "Labels");
    json::Object row{
        {"ID", shorten ? short_id(id) : id},
        {"Names", names(container, shorten)},
        {"Image", image(container, shorten)},
        {"Command", tmpl::quote(shorten ? ellipsis(command, 20) : command)},
        {"CreatedAt", local_time(created)},
        {"RunningFor", ago(created)},
        {"Ports", ports_text(array_at(container, "Ports"))},
        {"State", string_at(container, "State")},
        {"Status", string_at(container, "Status")},
        {"Size", size(container)},
        {"Labels", join_pairs(labels)},
        {"Mounts", mounts(container, shorten)},
        {"LocalVolumes", std::to_string(local)},
        {"Networks", networks(container)},
        {"Platform", platform(container)},
    };
    listing.add(std::move(row), [&](std::string_view key) {
        const auto* object = labels ? labels->if_object() : nullptr;
        const auto* value = object ? object->if_contains(key) : nullptr;
        return value && value->is_string() ? std::string(value->get_string().c_str()) : std::string();
    });
}

std::string ports_text(const json::Array& ports) {
    struct Port {
        std::int64_t own, host;
        std::string type, address;
    };
    std::vector<Port> all;
    for (const auto& port : ports)
        all.push_back({integer_at(port, "PrivatePort"), integer_at(port, "PublicPort"),
                       string_at(port, "Type"), string_at(port, "IP")});
    std::ranges::sort(
        all, {}, [](const Port& port) { return std::tie(port.own, port.address, port.host, port.type); });
    struct Run {
        std::string key;
        std::int64_t first, last;
    };
    std::vector<Run> runs;
    std::vector<std::string> texts, mapped;
    auto finish = [&](const Run& run) {
        auto slash = run.key.rfind('/');
        auto type = run.key.substr(slash + 1);
        auto range =
            run.first == run.last ? std::to_string(run.first) : fmt::format("{}-{}", run.first, run.last);
        auto address = slash == std::string::npos ? std::string() : run.key.substr(0, slash);
        if (address.find(':') != std::string::npos) address = "[" + address + "]";
        texts.push_back(address.empty() ? fmt::format("{}/{}", range, type)
                                        : fmt::format("{}:{}->{}/{}", address, range, range, type));
    };
    for (const auto& port : all) {
        bool elsewhere = !port.address.empty() && port.host != port.own;
        auto address = port.address.find(':') != std::string::npos ? "[" + port.address + "]" : port.address;
        if (elsewhere) {
            mapped.push_back(fmt::format("{}:{}->{}/{}", address, port.host, port.own, port.type));
            continue;
        }
        auto key = port.address.empty() ? port.type : port.address + "/" + port.type;
        auto known = std::ranges::find(runs, key, &Run::key);
        if (known == runs.end()) {
            runs.push_back({key, port.own, port.own});
        } else if (port.own == known->last + 1) {
            known->last = port.own;
        } else {
            finish(*known);
            known->first = known->last = port.own;
        }
    }
    for (const auto& run : runs) finish(run);
    texts.insert(texts.end(), mapped.begin(), mapped.end());
    return join(texts, ", ");
}

}  // namespace dhow::cli
