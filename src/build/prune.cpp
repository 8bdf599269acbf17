// What builds keep, and forgetting it.

#include <ranges>

#include "build/builder.hpp"

namespace dhow::build {

Task<void> Builder::note_result(oci::Digest image) {
    auto note = [this, image] { cache_.note_result(image); };
    co_await services_.pool.run(std::move(note));
}

Task<std::vector<CacheRecord>> Builder::cache_records() {
    std::set<std::string> used;
    std::error_code absent;
    for (const auto& entry : std::filesystem::directory_iterator(mounts_.root(), absent))
        if (auto name = entry.path().filename().string(); mounts_.is_used(name)) used.insert(name);
    auto list = [this, used, contexts = contexts_.list()] {
        return list_cache(services_, mounts_.root(), used, contexts);
    };
    co_return co_await services_.pool.run(std::move(list));
}

Task<std::vector<CacheRecord>> Builder::prune(PruneOrder order,
                                              std::function<Task<void>(std::string id)> remove_image) {
    auto records = co_await cache_records();
    auto forget_those = [this, records, order] {
        std::error_code unknown;
        auto disk = std::filesystem::space(services_.store.data_root(), unknown);
        auto gone =
            plan_prune(records, order, unknown ? 0 : static_cast<std::int64_t>(disk.available), now());
        for (const auto& record : gone) forget(services_, record);
        return gone;
    };
    auto gone = co_await services_.pool.run(std::move(forget_those));
    // What stands on others first.
    for (const auto& record : std::views::reverse(gone)) {
        if (record.kind != CacheRecord::Kind::step || record.shared) continue;
        try {
            co_await remove_image(record.image.text());
        } catch (const Error&) {
            // Something stands on it, or uses it: it stays.
        }
    }
    co_return gone;
}

}  // namespace dhow::build
