#include "cli/build/walk.hpp"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "linux/directory.hpp"

namespace dhow::cli {

namespace {

class Walk {
  public:
    Walk(const IgnoreRules& rules, const std::function<void(const Walked&)>& visit)
        : rules_(rules), visit_(visit) {}

    /// A folder on the way that was not visited yet.
    struct Above {
        Above* above;
        Walked folder;
        bool visited;
    };

    void children(int folder, const std::string& prefix, Above* above) {
        for (const auto& name : linux::sorted_names(folder)) entry(folder, name, prefix + name, above);
    }

  private:
    void entry(int folder, const std::string& name, const std::string& path, Above* above) {
        struct stat status;
        check(::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW), "stat {}", path);
        bool is_folder = S_ISDIR(status.st_mode);
        bool left_out = rules_.ignores(path);
        if (left_out && !(is_folder && rules_.may_hold_exceptions(path))) return;
        if (!is_folder && !S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode) && !S_ISFIFO(status.st_mode))
            return;
        Above self{above, {folder, name, path, status}, false};
        if (!left_out) visit(self);
        if (!is_folder) return;
        UniqueFd child(check(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                             "open {}", path));
        children(child.get(), path + "/", &self);
    }

    void visit(Above& entry) {
        if (std::exchange(entry.visited, true)) return;
        if (entry.above) visit(*entry.above);
        visit_(entry.folder);
    }

    const IgnoreRules& rules_;
    const std::function<void(const Walked&)>& visit_;
};

}  // namespace

void walk_folder(const std::string& folder, const IgnoreRules& rules,
                 const std::function<void(const Walked&)>& visit) {
    UniqueFd root(check(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open {}", folder));
    Walk(rules, visit).children(root.get(), "", nullptr);
}

std::string link_target(const Walked& link) {
    char target[PATH_MAX];
    auto size = check(::readlinkat(link.folder, link.name.c_str(), target, sizeof target), "read the link {}",
                      link.path);
    return {target, static_cast<std::size_t>(size)};
}

}  // namespace dhow::cli
