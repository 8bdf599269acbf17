// GET /containers/json: rows out of the records in memory.

#include <algorithm>

#include "base/error.hpp"
#include "engine/core.hpp"
#include "engine/model/container_state_json.hpp"
#include "engine/validate/validate.hpp"
#include "network/model_json.hpp"

namespace dhow::engine {

namespace {

std::string shown_health(const Container& record) {
    return record.state.health ? std::string(json::name_of(record.state.health->status)) : "none";
}

/// An argument as docker's COMMAND column shows it.
std::string quote(const std::string& word) {
    bool plain = !word.empty() && word.find_first_of(" \t\n'\"\\$`|&;<>()*?[]#~") == std::string::npos;
    return plain ? word : "'" + word + "'";
}

std::string command_text(const Container& record) {
    auto text = record.path;
    for (const auto& argument : record.args) text += " " + quote(argument);
    return text;
}

bool publishes(const Container& record, const std::set<std::string>& wanted, bool expose) {
    auto fits = [&](std::uint16_t port, std::string_view protocol) {
        return std::ranges::any_of(wanted, [&](const std::string& text) {
            auto range = text.substr(0, text.find('/'));
            auto slash = text.find('/');
            auto ports = parse_host_ports(range);
            bool same_protocol = protocol == (slash == std::string::npos ? "tcp" : text.substr(slash + 1));
            return same_protocol && port >= ports.first && port <= ports.last;
        });
    };
    if (wanted.empty()) return true;
    if (expose)
        return std::ranges::any_of(record.config.exposed_ports.names, [&](const auto& name) {
            auto port = parse_port(name);
            return fits(port.port, port.protocol);
        });
    return std::ranges::any_of(record.published, [&](const auto& port) {
        return fits(port.host_port, json::name_of(port.protocol));
    });
}

/// Filters that compare with another container.
struct Bounds {
    std::optional<Timestamp> before, since;
};

class Matcher {
  public:
    Matcher(Core& core, const ListRequest& request) : core_(core), filters_(request.filters) {
        filters_.require_known({"ancestor", "before", "exited", "expose", "health", "id", "is-task",
                                "isolation", "label", "label!", "name", "network", "publish", "since",
                                "status", "volume"});
        for (const auto& status : filters_.get("status")) check_status(status);
        for (const auto& name : filters_.get("before"))
            bounds_.before = core.registry.get(name)->record.created;
        for (const auto& name : filters_.get("since"))
            bounds_.since = core.registry.get(name)->record.created;
        for (const auto& code : filters_.get("exited"))
            if (code.empty() || code.find_first_not_of("-0123456789") != std::string::npos)
                throw InvalidArgument("invalid filter 'exited={}': not a number", code);
        // These look at containers that do not run, too.
        all_ = request.all || request.limit > 0 || filters_.has("status") || filters_.has("exited");
    }

    /// Whether `ancestors` (ids of the images that the filter names) holds the container's image.
    bool fits(const Container& record, const std::optional<std::set<std::string>>& ancestors) const {
        const auto& state = record.state;
        if (!all_ && !state.alive() && state.phase != Phase::restarting) return false;
        if (filters_.has("status") && !filters_.matches("status", status_word(state.phase))) return false;
        if (filters_.has("exited") &&
            !((state.phase == Phase::exited) && filters_.matches("exited", std::to_string(state.exit_code))))
            return false;
        if (bounds_.before && record.created >= *bounds_.before) return false;
        if (bounds_.since && record.created <= *bounds_.since) return false;
        if (filters_.boolean("is-task").value_or(false)) return false;
        if (!filters_.matches_prefix("id", record.id) || !filters_.matches("health", shown_health(record)))
            return false;
        if (filters_.has("name") && !filters_.matches_pattern("name", "/" + record.name) &&
            !filters_.matches_pattern("name", record.name))
            return false;
        if (!filters_.matches_labels(record.config.labels)) return false;
        if (ancestors && !ancestors->contains(record.image_id)) return false;
        return fits_volume(record) && fits_network(record) &&
               publishes(record, filters_.get("publish"), false) &&
               publishes(record, filters_.get("expose"), true);
    }

  private:
    static void check_status(const std::string& status) {
        static constexpr std::string_view known[] = {"created", "restarting", "running", "removing",
                                                     "paused",  "exited",     "dead"};
        if (std::ranges::find(known, status) == std::end(known))
            throw InvalidArgument("invalid filter 'status={}'", status);
    }

    bool fits_volume(const Container& record) const {
        if (!filters_.has("volume")) return true;
        return std::ranges::any_of(record.mounts, [&](const MountPoint& mount) {
            return filters_.matches("volume", mount.name) || filters_.matches("volume", mount.destination) ||
                   filters_.matches("volume", mount.source);
        });
    }

    bool fits_network(const Container& record) const {
        if (!filters_.has("network")) return true;
        return std::ranges::any_of(record.networks, [&](const auto& entry) {
            if (filters_.matches("network", entry.first)) return true;
            return !entry.second.network_id.empty() &&
                   filters_.matches_prefix("network", entry.second.network_id);
        });
    }

    Core& core_;
    const Filters& filters_;
    Bounds bounds_;
    bool all_ = false;
};

std::vector<PortSummary> port_rows(const Container& record) {
    std::vector<PortSummary> rows;
    std::set<std::string> published;
    for (const auto& port : record.published) {
        auto protocol = std::string(json::name_of(port.protocol));
        rows.push_back({port.host_address, port.container_port, port.host_port, protocol});
        published.insert(fmt::format("{}/{}", port.container_port, protocol));
    }
    if (!record.state.alive()) return rows;
    for (const auto& name : record.config.exposed_ports.names) {
        auto port = parse_port(name);
        if (!published.contains(fmt::format("{}/{}", port.port, port.protocol)))
            rows.push_back({"", port.port, 0, port.protocol});
    }
    return rows;
}

ContainerSummary summarize(const Container& record, Timestamp at) {
    ContainerSummary row;
    row.id = record.id;
    row.names = {"/" + record.name};
    row.image = record.config.image;
    row.image_id = record.image_id;
    row.command = command_text(record);
    row.created = record.created;
    row.ports = port_rows(record);
    row.labels = record.config.labels;
    row.state = status_word(record.state.phase);
    row.status = status_text(record.state, at);
    row.network_mode = record.host_config.network_mode;
    row.annotations = record.host_config.annotations;
    row.networks = record.networks;
    row.mounts = record.mounts;
    return row;
}

/// Ids of the images named by the filter "ancestor", and of those made from them.
std::set<std::string> find_ancestors(image::Images& images, const std::set<std::string>& names) {
    std::set<std::string> ids;
    for (const auto& name : names) {
        auto image = images.find(name);
        if (!image) continue;
        ids.insert(image->id.text());
        // An image whose layers begin with the ancestor's was made from it.
        for (const auto& other : images.list({}, true)) {
            const auto& theirs = other.layers;
            const auto& own = image->layers;
            if (theirs.size() > own.size() && std::equal(own.rbegin(), own.rend(), theirs.rbegin()))
                ids.insert(other.id.text());
        }
    }
    return ids;
}

}  // namespace

Task<std::vector<ContainerSummary>> Containers::list(ListRequest request) {
    Core& core = core_;
    Matcher matcher(core, request);
    std::optional<std::set<std::string>> ancestors;
    if (request.filters.has("ancestor")) {
        auto find = [&core, names = request.filters.get("ancestor")] {
            return find_ancestors(core.image_room, names);
        };
        ancestors = co_await core.pool.run(std::move(find));
    }
    std::vector<const Container*> found;
    for (const auto& [id, container] : core.registry.all())
        if (matcher.fits(container->record, ancestors)) found.push_back(&container->record);
    std::ranges::stable_sort(found, std::greater<>(),
                             [](const Container* record) { return record->created; });
    if (request.limit > 0 && found.size() > static_cast<std::size_t>(request.limit))
        found.resize(static_cast<std::size_t>(request.limit));
    std::vector<ContainerSummary> rows;
    rows.reserve(found.size());
    auto at = now();
    for (const auto* record : found) rows.push_back(summarize(*record, at));
    if (request.size)
        for (auto& row : rows) row.sizes = co_await container_sizes(core, row.id, row.image_id);
    co_return rows;
}

Task<ContainerSizes> container_sizes(Core& core, std::string id, std::string image_id) {
    auto work = [&core, id, image_id] {
        ContainerSizes sizes;
        try {
            sizes.rw = core.store.snapshots().usage(id).bytes;
        } catch (const NotFound&) {
            return sizes;  // removed meanwhile
        }
        auto image = core.image_room.find(image_id);
        sizes.root_fs = sizes.rw + (image ? image->size : 0);
        return sizes;
    };
    co_return co_await core.pool.run(std::move(work));
}

}  // namespace dhow::engine
