// GET /containers/{id}/changes.

#include "engine/containers/changes.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include <sys/stat.h>

#include "engine/core.hpp"

namespace dhow::engine {

namespace {

/// What the upper directory of an overlay says of the layers below it (overlayfs.rst): a character device 0:0
/// is a deletion; the rest is an addition or a change, by whether a lower layer has the path.
class ChangeWalk {
  public:
    /// @param mount_points what is mounted into the container: the empty files and folders they stand on are
    /// no
    ///     changes of its own.
    ChangeWalk(store::Snapshot snapshot, std::set<std::string> mount_points)
        : snapshot_(std::move(snapshot)), mount_points_(std::move(mount_points)) {}

    std::vector<Change> run() {
        walk("");
        std::ranges::sort(changes_, {}, &Change::path);
        return std::move(changes_);
    }

  private:
    bool below(const std::string& path) const {
        for (const auto& lower : snapshot_.lowerdirs) {
            struct stat info;
            if (::lstat((lower.string() + path).c_str(), &info) < 0) continue;
            return !(S_ISCHR(info.st_mode) && info.st_rdev == 0);
        }
        return false;
    }

    /// A folder of the image that is in the upper layer only because something is mounted inside of it.
    bool only_holds_mounts(const std::string& path, const struct stat& info) const {
        bool holds = std::ranges::any_of(mount_points_, [&](const std::string& point) {
            return point.starts_with(path + "/") && point.find('/', path.size() + 1) == point.npos;
        });
        if (!holds) return false;
        for (const auto& lower : snapshot_.lowerdirs) {
            struct stat old;
            if (::lstat((lower.string() + path).c_str(), &old) < 0) continue;
            return old.st_mode == info.st_mode && old.st_uid == info.st_uid && old.st_gid == info.st_gid;
        }
        return false;
    }

    void walk(const std::string& path) {
        std::error_code failed;
        for (const auto& entry :
             std::filesystem::directory_iterator(snapshot_.upperdir.string() + path, failed)) {
            auto name = path + "/" + entry.path().filename().string();
            if (mount_points_.contains(name)) continue;
            struct stat info;
            if (::lstat(entry.path().c_str(), &info) < 0) continue;
            if (S_ISCHR(info.st_mode) && info.st_rdev == 0) {
                changes_.push_back({name, ChangeKind::deleted});
                continue;
            }
            changes_.push_back({name, below(name) ? ChangeKind::modified : ChangeKind::added});
            if (!S_ISDIR(info.st_mode)) continue;
            auto before = changes_.size();
            walk(name);
            bool alone = changes_.size() == before && changes_.back().kind == ChangeKind::modified;
            if (alone && only_holds_mounts(name, info)) changes_.pop_back();
        }
    }

    store::Snapshot snapshot_;
    std::set<std::string> mount_points_;
    std::vector<Change> changes_;
};

}  // namespace

std::vector<Change> find_changes(const store::Snapshot& snapshot, const Container& record) {
    std::set<std::string> mount_points{"/dev",          "/proc",      "/sys",
                                       "/etc/hostname", "/etc/hosts", "/etc/resolv.conf"};
    for (const auto& mount : record.mounts) mount_points.insert(mount.destination);
    return ChangeWalk(snapshot, std::move(mount_points)).run();
}

Task<std::vector<Change>> Containers::changes(std::string name) {
    Core& core = core_;
    auto container = core.registry.get(name);
    auto walk = [&core, record = container->record] {
        return find_changes(core.store.snapshots().get(record.id), record);
    };
    co_return co_await core.pool.run(std::move(walk));
}

}  // namespace dhow::engine
