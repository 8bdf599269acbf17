#include "build/usage.hpp"

#include <algorithm>

#include <sys/stat.h>

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
    auto rows = transaction.query("SELECT image, MAX(created) FROM build_cache GROUP BY image");
    while (rows.next())
        images.emplace_back(oci::Digest::parse(rows.text(0)),
                            Timestamp(std::chrono::nanoseconds(rows.integer(1))));
    return images;
}

void add_steps(Services& services, std::vector<CacheRecord>& records) {
    for (const auto& [id, created] : known_images(services.store)) {
        auto image = services.images.find(id.text());
        if (!image) continue;
        CacheRecord record;
        record.id = std::string(id.hex().substr(0, 25));
        record.created = created;
        record.image = id;
        record.shared = !image->dangling();
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

void forget(Services& services, const CacheRecord& record) {
    if (record.kind != CacheRecord::Kind::step) return services.store.trash().take(record.path);
    auto transaction = services.store.database().begin(store::Durability::relaxed);
    transaction.execute("DELETE FROM build_cache WHERE image = ?1", record.image.text());
    transaction.commit();
}

}  // namespace

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

std::vector<CacheRecord> forget_cache(Services& services, std::vector<CacheRecord> records, KeepRule rule) {
    std::int64_t left = 0;
    for (const auto& record : records) left += record.size;
    std::vector<CacheRecord> gone;
    auto youngest = now() - rule.duration;
    for (auto& record : records) {
        if (rule.bytes > 0 && left <= rule.bytes) break;
        if (record.in_use || (rule.duration.count() > 0 && record.created > youngest)) continue;
        forget(services, record);
        left -= record.size;
        gone.push_back(std::move(record));
    }
    return gone;
}

}  // namespace dhow::build
