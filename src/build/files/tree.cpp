#include "build/files/tree.hpp"

#include <algorithm>
#include <thread>

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/error.hpp"
#include "build/files/copier.hpp"
#include "build/files/entry.hpp"
#include "linux/directory.hpp"
#include "linux/path.hpp"

namespace dhow::build::files {

namespace {

/// Where a link that leads to nothing in the root would lead. `folder` holds it, `path` names it in the root.
std::string target_of_link(int folder, const std::string& name, const std::string& path) {
    struct stat status;
    if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISLNK(status.st_mode))
        throw InvalidArgument("cannot make the directory {}: {}", path, errno_text(EEXIST));
    auto target = read_link(folder, name);
    return target.starts_with('/') ? target : path.substr(0, path.rfind('/')) + "/" + target;
}

UniqueFd make_folders(int root, const std::string& path, const Owner& owner, int links_left) {
    UniqueFd folder = linux::open_in_root(root, ".", O_PATH | O_DIRECTORY);
    std::string so_far;
    for (std::size_t start = 0; start < path.size();) {
        auto end = std::min(path.find('/', start), path.size());
        auto part = path.substr(start, end - start);
        start = end + 1;
        if (part.empty() || part == ".") continue;
        so_far += "/" + part;
        auto next = linux::find_in_root(root, so_far, O_PATH | O_DIRECTORY);
        if (!next) {
            if (::mkdirat(folder.get(), part.c_str(), 0755) != 0) {
                if (errno != EEXIST || links_left == 0)
                    throw InvalidArgument("cannot make the directory {}: {}", so_far, errno_text(errno));
                auto target = target_of_link(folder.get(), part, so_far);
                return make_folders(root, target + "/" + path.substr(std::min(start, path.size())), owner,
                                    links_left - 1);
            }
            check(::fchownat(folder.get(), part.c_str(), owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW),
                  "chown {}", so_far);
            next = linux::open_in_root(root, so_far, O_PATH | O_DIRECTORY);
        }
        folder = std::move(*next);
    }
    return folder;
}

}  // namespace

UniqueFd make_folders(int root, const std::string& path, const Owner& owner) {
    constexpr int most_links = 40;  // as the kernel
    return make_folders(root, path, owner, most_links);
}

std::pair<UniqueFd, std::string> place_file(int root, const std::string& destination,
                                            std::string_view name_in_folder, const Owner& owner) {
    if (destination.ends_with('/') || destination.ends_with("/."))
        return {make_folders(root, destination, owner), std::string(name_in_folder)};
    auto path = destination;
    if (auto existing = linux::find_in_root(root, destination, O_PATH)) {
        struct stat status;
        check(::fstat(existing->get(), &status), "stat {}", destination);
        if (S_ISDIR(status.st_mode)) return {std::move(*existing), std::string(name_in_folder)};
        // Where the links led; it is looked up inside of the root again.
        char target[PATH_MAX];
        auto size =
            ::readlink(fmt::format("/proc/self/fd/{}", existing->get()).c_str(), target, sizeof target);
        if (size > 0) path.assign(target, static_cast<std::size_t>(size));
    }
    auto slash = path.rfind('/');
    auto folder = slash == path.npos ? std::string(".") : path.substr(0, slash);
    return {make_folders(root, folder, owner), path.substr(slash == path.npos ? 0 : slash + 1)};
}

void copy_folders(int from, const std::string& pivot, const std::string& path, int to,
                  const std::string& destination, const CopyOptions& options, const Cancellation& stop) {
    Copier copier(options, stop);
    auto owner = options.owner.value_or(Owner{});
    for (std::size_t end = 0; end != path.npos && !path.empty();) {
        end = path.find('/', end + 1);
        auto so_far = path.substr(0, end);
        auto target = destination + "/" + so_far;
        if (linux::find_in_root(to, target, O_PATH | O_DIRECTORY)) continue;
        auto source = linux::open_in_root(from, pivot + "/" + so_far, O_RDONLY | O_DIRECTORY);
        struct stat status;
        check(::fstat(source.get(), &status), "stat {}", so_far);
        auto made = make_folders(to, target, owner);
        copier.attributes(source.get(), reopen(made.get(), O_RDONLY | O_DIRECTORY).get(), so_far, status);
    }
}

std::size_t threads_for(const KnownContents* known) {
    constexpr unsigned most = 4;  // beside them the disk has to keep up
    if (!known || known->has_links()) return 1;
    return std::clamp(std::thread::hardware_concurrency(), 1U, most);
}

void remove_entry(int folder, const std::string& name) {
    if (::unlinkat(folder, name.c_str(), 0) == 0 || errno == ENOENT) return;
    if (errno != EISDIR) throw_errno("remove " + name);
    {
        auto inside = open_entry(folder, name, O_RDONLY | O_DIRECTORY);
        for (const auto& child : linux::sorted_names(inside.get())) remove_entry(inside.get(), child);
    }
    check(::unlinkat(folder, name.c_str(), AT_REMOVEDIR), "remove {}", name);
}

void copy_source(int from, const Source& source, int to, const std::string& destination,
                 const CopyOptions& options, const Cancellation& stop) {
    Copier copier(options, stop);
    auto owner = options.owner.value_or(Owner{});
    auto entry = linux::open_in_root(from, source.path, O_PATH);
    struct stat status;
    check(::fstat(entry.get(), &status), "stat {}", source.path);
    if (S_ISDIR(status.st_mode)) {
        auto folder = make_folders(to, destination, owner);
        return copier.tree(entry.get(), folder.get(), source.excluded_as);
    }
    if (!S_ISREG(status.st_mode)) throw InvalidArgument("{} is neither a file nor a directory", source.path);
    auto base = source.path.substr(source.path.rfind('/') + 1);
    auto [folder, name] = place_file(to, destination, base, owner);
    struct stat existing;
    if (::fstatat(folder.get(), name.c_str(), &existing, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISDIR(existing.st_mode))
        throw InvalidArgument("cannot replace the directory {} with the file {}", name, source.path);
    copier.file(reopen(entry.get(), O_RDONLY).get(), folder.get(), name, status);
}

}  // namespace dhow::build::files
