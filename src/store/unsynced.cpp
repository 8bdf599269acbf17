#include "store/unsynced.hpp"

#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "store/files.hpp"

namespace dhow::store {

namespace {

UniqueFd open_read_only(const std::filesystem::path& path) {
    return UniqueFd(check(::open(path.c_str(), O_RDONLY | O_CLOEXEC), "open {}", path.string()));
}

}  // namespace

std::string boot_id() {
    constexpr const char* path = "/proc/sys/kernel/random/boot_id";
    return read_all(open_read_only(path).get(), 64, path);
}

Unsynced::Unsynced(Database& database, std::filesystem::path data_root)
    : database_(database), data_root_(std::move(data_root)), boot_(boot_id()) {
    auto transaction = database_.begin();
    bool forgot = transaction.execute("DELETE FROM images WHERE unsynced <> ?1", boot_) > 0;
    {
        auto rows = transaction.query("SELECT 1 FROM images WHERE unsynced IS NOT NULL LIMIT 1");
        pending_ = rows.next();
    }
    if (forgot) transaction.commit();
}

void Unsynced::mark(Transaction& transaction, const oci::Digest& image) {
    transaction.execute("UPDATE images SET unsynced = ?2 WHERE id = ?1", image.text(), boot_);
    note();
}

bool Unsynced::is_marked(Transaction& transaction, const oci::Digest& image) {
    auto rows =
        transaction.query("SELECT 1 FROM images WHERE id = ?1 AND unsynced IS NOT NULL", image.text());
    return rows.next();
}

void Unsynced::sync() {
    // Who comes second must not go on before the first has synced what both saw.
    std::lock_guard lock(one_at_a_time_);
    if (!pending_.exchange(false)) return;
    try {
        sync_files();
    } catch (...) {
        note();
        throw;
    }
}

void Unsynced::sync_files() const {
    // Those alone that are there before the files are synced.
    std::vector<std::string> images;
    {
        auto transaction = database_.begin(Durability::relaxed);
        auto rows = transaction.query("SELECT id FROM images WHERE unsynced IS NOT NULL");
        while (rows.next()) images.push_back(rows.text(0));
    }
    auto folder = open_read_only(data_root_);
    check(::syncfs(folder.get()), "sync the file system of {}", data_root_.string());
    if (images.empty()) return;
    auto transaction = database_.begin();
    for (const auto& image : images)
        transaction.execute("UPDATE images SET unsynced = NULL WHERE id = ?1", image);
    transaction.commit();
}

}  // namespace dhow::store
