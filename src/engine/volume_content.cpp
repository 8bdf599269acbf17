#include "engine/volume_content.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/unique_fd.hpp"
#include "linux/mount.hpp"
#include "linux/path.hpp"
#include "store/trash.hpp"

namespace dhow::engine {

namespace {

struct CloseDirectory {
    void operator()(DIR* stream) const { ::closedir(stream); }
};
using DirectoryStream = std::unique_ptr<DIR, CloseDirectory>;

std::vector<std::string> entries(int directory) {
    UniqueFd copy(check(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open a directory"));
    DirectoryStream stream(::fdopendir(copy.get()));
    if (!stream) throw_errno("read a directory");
    (void)copy.release();
    std::vector<std::string> names;
    while (const auto* entry = ::readdir(stream.get())) {
        std::string name = entry->d_name;
        if (name != "." && name != "..") names.push_back(std::move(name));
    }
    return names;
}

/// A tree copied by descriptors: no path is resolved twice, no link followed.
class TreeCopy {
  public:
    void directory(int from, int to) {
        for (const auto& name : entries(from)) entry(from, to, name);
        attributes(from, to);
    }

  private:
    void entry(int from, int to, const std::string& name) {
        struct stat info;
        check(::fstatat(from, name.c_str(), &info, AT_SYMLINK_NOFOLLOW), "stat {}", name);
        if (!S_ISDIR(info.st_mode) && info.st_nlink > 1 && link_known(info, to, name)) return;
        if (S_ISDIR(info.st_mode))
            subdirectory(from, to, name);
        else if (S_ISREG(info.st_mode))
            file(from, to, name, info);
        else if (S_ISLNK(info.st_mode))
            symlink(from, to, name, info);
        else
            special(to, name, info);
        check(
            ::utimensat(to, name.c_str(), std::array{info.st_atim, info.st_mtim}.data(), AT_SYMLINK_NOFOLLOW),
            "set the times of {}", name);
    }

    void subdirectory(int from, int to, const std::string& name) {
        check(::mkdirat(to, name.c_str(), 0700), "make {}", name);
        constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        UniqueFd source(check(::openat(from, name.c_str(), flags), "open {}", name));
        UniqueFd target(check(::openat(to, name.c_str(), flags), "open {}", name));
        directory(source.get(), target.get());
    }

    void file(int from, int to, const std::string& name, const struct stat& info) {
        UniqueFd source(
            check(::openat(from, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC), "open {}", name));
        UniqueFd target(check(::openat(to, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600),
                              "make {}", name));
        // Not copy_file_range(2): since Linux 5.19 it refuses to cross from overlayfs to another file system.
        for (auto left = info.st_size; left > 0;) {
            auto count =
                check(::sendfile(target.get(), source.get(), nullptr, static_cast<std::size_t>(left)),
                      "copy {}", name);
            if (count == 0) break;
            left -= count;
        }
        attributes(source.get(), target.get());
    }

    static void symlink(int from, int to, const std::string& name, const struct stat& info) {
        std::string target(static_cast<std::size_t>(info.st_size) + 1, '\0');
        auto size =
            check(::readlinkat(from, name.c_str(), target.data(), target.size()), "read link {}", name);
        target.resize(static_cast<std::size_t>(size));
        check(::symlinkat(target.c_str(), to, name.c_str()), "make link {}", name);
        check(::fchownat(to, name.c_str(), info.st_uid, info.st_gid, AT_SYMLINK_NOFOLLOW),
              "change owner of {}", name);
    }

    static void special(int to, const std::string& name, const struct stat& info) {
        check(::mknodat(to, name.c_str(), info.st_mode, info.st_rdev), "make {}", name);
        check(::fchownat(to, name.c_str(), info.st_uid, info.st_gid, AT_SYMLINK_NOFOLLOW),
              "change owner of {}", name);
        check(::fchmodat(to, name.c_str(), info.st_mode & 07777, 0), "change mode of {}", name);
    }

    static void attributes(int from, int to) {
        struct stat info;
        check(::fstat(from, &info), "stat");
        check(::fchown(to, info.st_uid, info.st_gid), "change owner");
        check(::fchmod(to, info.st_mode & 07777), "change mode");
        std::vector<char> names(4096);
        auto size = ::flistxattr(from, names.data(), names.size());
        for (const char* name = names.data(); size > 0 && name < names.data() + size;
             name += std::strlen(name) + 1) {
            std::string_view word(name);
            // overlayfs's own are no part of the content.
            if (word.starts_with("trusted.overlay.")) continue;
            std::vector<char> value(65536);
            auto length = ::fgetxattr(from, name, value.data(), value.size());
            if (length >= 0) (void)::fsetxattr(to, name, value.data(), static_cast<std::size_t>(length), 0);
        }
        check(::futimens(to, std::array{info.st_atim, info.st_mtim}.data()), "set times");
    }

    /// Makes a hard link when the inode was copied before.
    bool link_known(const struct stat& info, int to, const std::string& name) {
        auto& known = links_[{info.st_dev, info.st_ino}];
        if (!known) {
            known = UniqueFd(::dup(to));
            known_names_[{info.st_dev, info.st_ino}] = name;
            return false;
        }
        const auto& old = known_names_[{info.st_dev, info.st_ino}];
        check(::linkat(known.get(), old.c_str(), to, name.c_str(), 0), "link {}", name);
        return true;
    }

    using Inode = std::pair<dev_t, ino_t>;
    std::map<Inode, UniqueFd> links_;
    std::map<Inode, std::string> known_names_;
};

}  // namespace

bool fill_from_image(const std::filesystem::path& volume, const store::Snapshot& snapshot,
                     const std::string& path) {
    UniqueFd target(
        check(::open(volume.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open {}", volume.string()));
    if (!entries(target.get()).empty()) return false;
    linux::Overlay overlay;
    for (const auto& lower : snapshot.lowerdirs) overlay.lower.push_back(lower.string());
    overlay.upper = snapshot.upperdir.string();
    overlay.work = snapshot.workdir.string();
    UniqueFd root(linux::new_overlay(overlay));
    auto source = linux::find_in_root(root.get(), path, O_RDONLY | O_DIRECTORY);
    if (!source) return false;
    TreeCopy().directory(source->get(), target.get());
    return true;
}

void fill_whole_from_image(const std::filesystem::path& volume, const store::Snapshot& snapshot,
                           const std::string& path) {
    if (!std::filesystem::is_empty(volume)) return;
    auto filling = volume.parent_path() / ("_filling-" + random_hex(4));
    check(::mkdir(filling.c_str(), 0755), "make {}", filling.string());
    bool filled = fill_from_image(filling, snapshot, path);
    if (filled && ::rename(filling.c_str(), volume.c_str()) == 0) return;
    int error = errno;
    store::remove_tree(filling);
    // Filled by another container meanwhile: that one was first.
    if (filled && error != ENOTEMPTY && error != EEXIST)
        throw SystemError(error, fmt::format("fill {}", volume.string()));
}

}  // namespace dhow::engine
