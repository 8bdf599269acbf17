#include "image/layer/sync.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/error.hpp"
#include "image/layer/tree.hpp"
#include "linux/path.hpp"

namespace dhow::image {

namespace {

/// Whether a commit of the file system's journal takes all changes before it along.
bool has_one_journal(int fd) {
    struct statfs status;
    return ::fstatfs(fd, &status) == 0 &&
           (status.f_type == EXT4_SUPER_MAGIC || status.f_type == XFS_SUPER_MAGIC);
}

}  // namespace

void sync_tree(const std::filesystem::path& diff, const Unpacked& unpacked) {
    Tree tree(diff);
    if (unpacked.files > static_cast<std::int64_t>(unpacked.first_files.size()) ||
        !has_one_journal(tree.root())) {
        check(::syncfs(tree.root()), "sync the file system of {}", diff.string());
        return;
    }
    for (const auto& path : unpacked.first_files) {
        // It may have been replaced by something else meanwhile.
        int file = linux::try_open_in_root(tree.root(), path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0,
                                           linux::Symlinks::refuse);
        if (file < 0) continue;
        UniqueFd owner(file);
        check(::fdatasync(file), "sync {} of a layer", path);
    }
}

}  // namespace dhow::image
