#include "build/usage.hpp"

#include <algorithm>
#include <map>

#include <sys/stat.h>

#include "build/cache.hpp"

namespace dhow::build {

namespace {

Timestamp changed_at(const std::filesystem::path& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return {};
    return Timestamp(std::chrono::seconds(status.st_mtim.tv_sec) +
                     std::chrono::nanoseconds(status.st_mtim.tv_nsec));
}

CacheRecord folder_record(CacheRecord::Kind kind, const std::filesystem::path& path, bool in_use) {
    CacheRecord record;
    record.kind = kind;
    record.id = path.filename();
    record.description = kind == CacheRecord::Kind::mount ? "cached mount" : "local source for context";
    record.size = store::tree_usage(path).bytes;
    record.created = changed_at(path);
    record.in_use = in_use;
    record.path = path;
    return record;
}

std::vector<std::pair<oci::Digest, Timestamp>> known_images(store::Store& store) {
    std::vector<std::pair<oci::Digest, Timestamp>> images;
    auto transaction = store.database().begin(store::Durability::relaxed);
    auto rows = transaction.query(
        "SELECT image, MAX(created) FROM build_cache WHERE key NOT LIKE 'result %' GROUP BY image");
    while (rows.next())
        images.emplace_back(oci::Digest::parse(rows.text(0)),
                            Timestamp(std::chrono::nanoseconds(rows.integer(1))));
    return images;
}

/// The images that the user knows, and those that they were made from.
std::set<oci::Digest> standing(Services& services, const std::set<oci::Digest>& results) {
    std::map<oci::Digest, oci::Digest> parents;
    std::vector<oci::Digest> known;
    for (const auto& image : services.images.list({}, true)) {
        parents[image.id] = image.parent;
        if (!image.dangling() || results.contains(image.id)) known.push_back(image.id);
    }
    std::set<oci::Digest> stand;
    for (auto id : known)
        while (id && stand.insert(id).second) id = parents[id];
    return stand;
}

void add_steps(Services& services, std::vector<CacheRecord>& records) {
    auto stand = standing(services, Cache(services.store).results());
    for (const auto& [id, created] : known_images(services.store)) {
        auto image = services.images.find(id.text());
        if (!image) continue;
        CacheRecord record;
        record.id = std::string(id.hex().substr(0, 25));
        record.created = created;
        record.image = id;
        record.shared = stand.contains(id);
        if (image->parent) record.parent = std::string(image->parent.hex().substr(0, 25));
        const auto& config = *image->config;
        if (!config.history.empty()) {
            record.description = config.history.back().created_by;
            if (!config.history.back().empty_layer && !config.rootfs.diff_ids.empty())
                if (auto layer = services.store.layers().find(config.rootfs.diff_ids.back()))
                    record.size = layer->layer().size;
        }
        records.push_back(std::move(record));
    }
}

}  // namespace

void forget(Services& services, const CacheRecord& record) {
    if (record.kind != CacheRecord::Kind::step) return services.store.trash().take(record.path);
    Cache(services.store).forget(record.image);
}

std::vector<CacheRecord> list_cache(Services& services, const std::filesystem::path& mounts,
                                    const std::set<std::string>& used, const ContextFolders& contexts) {
    std::vector<CacheRecord> records;
    std::error_code absent;
    for (const auto& entry : std::filesystem::directory_iterator(mounts, absent))
        records.push_back(
            folder_record(CacheRecord::Kind::mount, entry.path(), used.contains(entry.path().filename())));
    for (const auto& [path, in_use] : contexts)
        records.push_back(folder_record(CacheRecord::Kind::context, path, in_use));
    add_steps(services, records);
    std::ranges::stable_sort(records, {}, &CacheRecord::created);
    return records;
}

namespace {

/// How many bytes may stay. Source: moby/buildkit, cache/manager.go, calculateKeepBytes.
std::optional<std::int64_t> bytes_to_keep(const PruneOrder& order, std::int64_t total, std::int64_t free) {
    if (order.max_used == 0 && order.reserved == 0 && order.min_free == 0) return std::nullopt;
    auto keep = order.max_used;
    if (auto lacking = order.min_free - free; lacking > 0)
        keep = keep == 0 ? total - lacking : std::min(keep, total - lacking);
    else if (order.min_free != 0 && keep == 0)
        return std::max(total, order.reserved);
    return std::max({keep, order.reserved, std::int64_t{0}});
}

}  // namespace

std::vector<CacheRecord> plan_prune(std::vector<CacheRecord> records, const PruneOrder& order,
                                    std::int64_t free, Timestamp present) {
    std::int64_t left = 0;
    // What images stand on is theirs.
    for (const auto& record : records) left += record.shared ? 0 : record.size;
    auto keep = bytes_to_keep(order, left, free);
    auto youngest = present - order.duration;
    std::vector<CacheRecord> gone;
    for (auto& record : records) {
        if (keep && left <= *keep) break;
        bool stays = record.in_use || (record.shared && !order.all) || !order.filter.fits(record) ||
                     (order.duration.count() > 0 && record.created > youngest);
        if (stays) continue;
        left -= record.shared ? 0 : record.size;
        gone.push_back(std::move(record));
    }
    return gone;
}

}  // namespace dhow::build
