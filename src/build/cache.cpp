#include "build/cache.hpp"

#include "base/units.hpp"

namespace dhow::build {

std::optional<oci::Digest> Cache::find(std::string_view key) const {
    auto transaction = store_.database().begin(store::Durability::relaxed);
    auto rows = transaction.query("SELECT image FROM build_cache WHERE key = ?1", key);
    if (!rows.next()) return std::nullopt;
    return oci::Digest::parse(rows.text(0));
}

void Cache::put(std::string_view key, const oci::Digest& image) {
    auto transaction = store_.database().begin(store::Durability::relaxed);
    try {
        transaction.execute("INSERT OR REPLACE INTO build_cache (key, image, created) VALUES (?1, ?2, ?3)",
                            key, image.text(), now().time_since_epoch().count());
        transaction.commit();
    } catch (const store::ConstraintViolation&) {
        // Somebody removed the image meanwhile: there is nothing to find again.
    }
}

void Cache::forget(const oci::Digest& image) {
    auto transaction = store_.database().begin(store::Durability::relaxed);
    transaction.execute("DELETE FROM build_cache WHERE image = ?1 AND key NOT LIKE 'result %'", image.text());
    transaction.commit();
}

std::set<oci::Digest> Cache::results() const {
    std::set<oci::Digest> results;
    auto transaction = store_.database().begin(store::Durability::relaxed);
    auto rows = transaction.query("SELECT image FROM build_cache WHERE key LIKE 'result %'");
    while (rows.next()) results.insert(oci::Digest::parse(rows.text(0)));
    return results;
}

Key& Key::add(std::string_view text) {
    hash_.update(store::as_bytes(fmt::format("{}:", text.size())));
    hash_.update(store::as_bytes(text));
    return *this;
}

}  // namespace dhow::build
