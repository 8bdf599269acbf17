#include "store/snapshots.hpp"

#include <set>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "store/files.hpp"

namespace dhow::store {

Snapshots::Snapshots(Database& database, Layers& layers, Trash& trash, std::filesystem::path root)
    : database_(database), layers_(layers), trash_(trash), root_(std::move(root)) {
    make_private_directory(root_);
}

Snapshot Snapshots::paths(std::string_view id, const std::vector<std::string>& layers) const {
    auto home = root_ / id;
    Snapshot snapshot{{}, home / "diff", home / "work", home / "merged"};
    for (const auto& layer : layers) snapshot.lowerdirs.push_back(layers_.diff(layer));
    return snapshot;
}

namespace {

/// The upper directory is the container's root: it has the owner and mode of the topmost layer's.
void make_upper(const Snapshot& snapshot) {
    struct stat status{};
    status.st_mode = 0755;
    if (!snapshot.lowerdirs.empty() && ::stat(snapshot.lowerdirs.front().c_str(), &status) != 0)
        throw NotFound("a layer of the image was removed meanwhile");
    const char* path = snapshot.upperdir.c_str();
    check(::mkdir(path, 0700), "mkdir {}", path);
    if (status.st_uid != 0 || status.st_gid != 0)
        check(::chown(path, status.st_uid, status.st_gid), "chown {}", path);
    check(::chmod(path, status.st_mode & 07777), "chmod {}", path);
}

}  // namespace

Snapshot Snapshots::prepare(std::string_view id, const std::vector<std::string>& layers) {
    Snapshot snapshot = paths(id, layers);
    auto home = root_ / id;
    if (::mkdir(home.c_str(), 0700) != 0) {
        if (errno == EEXIST) throw Conflict("snapshot {} exists already", id);
        throw_errno(fmt::format("mkdir {}", home.string()));
    }
    try {
        make_upper(snapshot);
        make_private_directory(snapshot.workdir);
        make_private_directory(snapshot.merged);
        auto transaction = database_.begin(Durability::relaxed);
        transaction.execute("INSERT INTO snapshots (id) VALUES (?1)", id);
        std::int64_t position = 0;
        for (const auto& layer : layers)
            transaction.execute("INSERT INTO snapshot_layers (snapshot, position, layer) VALUES (?1, ?2, ?3)",
                                id, position++, layer);
        transaction.commit();
    } catch (const ConstraintViolation&) {
        trash_.take(home);
        throw NotFound("a layer of the image was removed meanwhile");
    } catch (...) {
        trash_.take(home);
        throw;
    }
    return snapshot;
}

Snapshot Snapshots::get(std::string_view id) const {
    std::vector<std::string> layers;
    {
        auto transaction = database_.begin(Durability::relaxed);
        auto known = transaction.query("SELECT 1 FROM snapshots WHERE id = ?1", id);
        if (!known.next()) throw NotFound("snapshot {} does not exist", id);
        auto rows =
            transaction.query("SELECT layer FROM snapshot_layers WHERE snapshot = ?1 ORDER BY position", id);
        while (rows.next()) layers.push_back(rows.text(0));
    }
    return paths(id, layers);
}

bool Snapshots::remove(std::string_view id) {
    // The directory goes first: a row without one is tidied up at the next start, while a new snapshot of
    // this id must not find old content.
    trash_.take(root_ / id);
    auto transaction = database_.begin(Durability::relaxed);
    bool last = false;
    {
        auto rows = transaction.query(
            "SELECT 1 FROM snapshot_layers WHERE snapshot = ?1 AND layer NOT IN (SELECT layer FROM "
            "image_layers) LIMIT 1",
            id);
        last = rows.next();
    }
    transaction.execute("DELETE FROM snapshots WHERE id = ?1", id);
    transaction.commit();
    return last;
}

Usage Snapshots::usage(std::string_view id) const {
    auto path = root_ / id / "diff";
    if (::access(path.c_str(), F_OK) != 0) throw NotFound("snapshot {} does not exist", id);
    return tree_usage(path);
}

std::vector<std::string> Snapshots::list() const {
    auto transaction = database_.begin(Durability::relaxed);
    auto rows = transaction.query("SELECT id FROM snapshots");
    std::vector<std::string> ids;
    while (rows.next()) ids.push_back(rows.text(0));
    return ids;
}

void Snapshots::reconcile() {
    std::set<std::string> known;
    for (auto& id : list()) known.insert(std::move(id));
    for (const auto& entry : std::filesystem::directory_iterator(root_))
        if (known.erase(entry.path().filename().string()) == 0) trash_.take(entry.path());
    if (known.empty()) return;
    auto transaction = database_.begin(Durability::relaxed);
    for (const auto& id : known) transaction.execute("DELETE FROM snapshots WHERE id = ?1", id);
    transaction.commit();
}

namespace {

void add_usage(UniqueFd directory, Usage& usage, std::set<std::pair<dev_t, ino_t>>& seen) {
    int fd = directory.get();
    DIR* stream = ::fdopendir(fd);
    if (!stream) return;
    (void)directory.release();
    while (const dirent* entry = ::readdir(stream)) {
        std::string_view name = entry->d_name;
        struct stat status;
        if (name == "." || name == ".." || ::fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (S_ISDIR(status.st_mode)) {
            ++usage.inodes;
            UniqueFd child(::openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
            if (child) add_usage(std::move(child), usage, seen);
            continue;
        }
        if (status.st_nlink > 1 && !seen.emplace(status.st_dev, status.st_ino).second) continue;
        ++usage.inodes;
        if (S_ISREG(status.st_mode)) usage.bytes += status.st_size;
    }
    ::closedir(stream);
}

}  // namespace

Usage tree_usage(const std::filesystem::path& path) {
    Usage usage;
    std::set<std::pair<dev_t, ino_t>> seen;
    UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (directory) add_usage(std::move(directory), usage, seen);
    return usage;
}

}  // namespace dhow::store
