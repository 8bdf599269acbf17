#include "store/store.hpp"

#include <set>

#include <fcntl.h>
#include <sys/file.h>

#include "base/error.hpp"
#include "store/files.hpp"

namespace dhow::store {

namespace {

UniqueFd lock_data_root(const std::filesystem::path& data_root) {
    std::filesystem::create_directories(data_root.parent_path());
    make_private_directory(data_root, 0710);
    auto path = data_root / "dhow.lock";
    UniqueFd lock(check(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600), "open {}", path.string()));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) throw Conflict("another daemon uses the data root {}", data_root.string());
        throw_errno(fmt::format("lock {}", path.string()));
    }
    return lock;
}

}  // namespace

Store::Store(std::filesystem::path data_root)
    : data_root_(std::filesystem::absolute(data_root).lexically_normal()),
      lock_(lock_data_root(data_root_)),
      database_(data_root_ / "dhow.db"),
      unsynced_(database_, data_root_),
      trash_(data_root_ / "trash"),
      blobs_(data_root_ / "blobs"),
      layers_(database_, unsynced_, trash_, data_root_ / "layers"),
      snapshots_(database_, layers_, trash_, data_root_ / "snapshots"),
      containers_(database_, Documents::Kind::containers),
      volumes_(database_, Documents::Kind::volumes),
      networks_(database_, Documents::Kind::networks) {
    snapshots_.reconcile();
    layers_.reconcile();
    layers_.collect();
    remove_unknown_blobs();
}

void Store::remove_snapshot(std::string_view id) {
    if (snapshots_.remove(id)) collect();
}

std::vector<Layer> Store::collect() {
    auto removed = layers_.collect();
    for (const auto& layer : removed)
        if (layer.blob) remove_if_unused(layer.blob);
    return removed;
}

void Store::remove_if_unused(const oci::Digest& blob) {
    std::unique_lock gate(blob_gate_);
    // Inside a transaction: who would add a row for the blob waits until it is gone, and then finds it
    // missing.
    auto transaction = database_.begin(Durability::relaxed);
    auto rows = transaction.query(
        "SELECT 1 FROM image_blobs WHERE blob = ?1 UNION ALL SELECT 1 FROM layers WHERE blob = ?1",
        blob.text());
    if (!rows.next()) blobs_.remove(blob);
}

void Store::remove_unknown_blobs() {
    std::set<std::string> known;
    {
        auto transaction = database_.begin(Durability::relaxed);
        auto rows = transaction.query("SELECT blob FROM image_blobs UNION SELECT blob FROM layers");
        while (rows.next()) known.insert(rows.text(0));
    }
    blobs_.for_each([&](const oci::Digest& digest) {
        if (!known.contains(digest.text())) blobs_.remove(digest);
    });
}

}  // namespace dhow::store
