#include "linux/cgroup/tree.hpp"

#include <cerrno>
#include <charconv>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.hpp"
#include "linux/cgroup/files.hpp"

namespace dhow::linux::cgroup {

namespace {

/// A new v1 cpuset is empty and takes no process; unless its parent clones itself into its children.
void inherit_cpuset(int parent, int child) {
    auto cpus = read_file(child, files::cpuset_cpus);
    if (cpus.find_first_not_of(" \n") != std::string::npos) return;
    write_file(child, files::cpuset_cpus, read_file(parent, files::cpuset_cpus));
    write_file(child, files::cpuset_memories, read_file(parent, files::cpuset_memories));
}

/// v2: a controller is there in a child once its parent says so.
void hand_down_controllers(int directory) {
    auto available = read_file(directory, files::v2_controllers);
    auto handed = " " + read_file(directory, files::v2_subtree_control);
    for (char& letter : handed)
        if (letter == '\n') letter = ' ';
    std::size_t begin = 0;
    while (begin < available.size()) {
        auto end = available.find_first_of(" \n", begin);
        if (end == std::string::npos) end = available.size();
        auto name = available.substr(begin, end - begin);
        begin = end + 1;
        if (name.empty() || handed.find(" " + name + " ") != std::string::npos) continue;
        try {
            write_file(directory, files::v2_subtree_control, "+" + name);
        } catch (const SystemError& error) {
            // A controller that cannot be handed down here (cpu with realtime processes about, or a threaded
            // domain) is missed when a limit of it is set, and said then.
            if (!error.is(std::errc::operation_not_supported) && !error.is(std::errc::invalid_argument) &&
                !error.is(std::errc::device_or_resource_busy))
                throw;
        }
    }
}

UniqueFd open_folder(int parent, const char* name) {
    return UniqueFd(check(::openat(parent, name, O_PATH | O_DIRECTORY | O_CLOEXEC), "open cgroup {}", name));
}

/// Makes one folder that will have children; it may exist.
UniqueFd make_inner_folder(const Hierarchy& hierarchy, int parent, const std::string& name) {
    if (hierarchy.version == Version::v2) hand_down_controllers(parent);
    bool made = ::mkdirat(parent, name.c_str(), 0755) == 0;
    if (!made && errno != EEXIST) throw_errno("make cgroup " + name);
    auto folder = open_folder(parent, name.c_str());
    if (hierarchy.controllers & cpuset && hierarchy.version == Version::v1) {
        inherit_cpuset(parent, folder.get());
        write_file(folder.get(), files::v1_clone_children, "1");
    }
    return folder;
}

bool subtree_has_controllers(int parent) { return read_file(parent, files::v2_subtree_control).size() > 1; }

}  // namespace

namespace {

/// Makes the folders above `path`, and hands them what their children need; they may exist.
void make_folders_above(const Hierarchy& hierarchy, const std::string& path) {
    auto parent = open_folder(hierarchy.root.get(), ".");
    auto last = path.rfind('/');
    for (std::size_t begin = 1; begin < last;) {
        auto end = path.find('/', begin);
        parent = make_inner_folder(hierarchy, parent.get(), path.substr(begin, end - begin));
        begin = end + 1;
    }
    if (hierarchy.version == Version::v2) hand_down_controllers(parent.get());
}

/// Whether the folder above `path` is there, and its children get controllers.
bool has_ready_parent(const Hierarchy& hierarchy, const std::string& path) {
    auto last = path.rfind('/');
    auto parent_path = last == 0 ? "." : path.substr(1, last - 1);
    UniqueFd parent(::openat(hierarchy.root.get(), parent_path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    return parent && subtree_has_controllers(parent.get());
}

void inherit_cpuset_of(const Hierarchy& hierarchy, const std::string& path) {
    auto last = path.rfind('/');
    auto parent = open_folder(hierarchy.root.get(), last == 0 ? "." : path.substr(1, last - 1).c_str());
    inherit_cpuset(parent.get(), open_folder(hierarchy.root.get(), path.c_str() + 1).get());
}

}  // namespace

bool make_folder(const Hierarchy& hierarchy, const std::string& path) {
    bool v2 = hierarchy.version == Version::v2;
    if (v2 && !has_ready_parent(hierarchy, path)) make_folders_above(hierarchy, path);
    bool made = ::mkdirat(hierarchy.root.get(), path.c_str() + 1, 0755) == 0;
    if (!made && errno == ENOENT) {
        make_folders_above(hierarchy, path);
        made = ::mkdirat(hierarchy.root.get(), path.c_str() + 1, 0755) == 0;
    }
    if (!made && errno != EEXIST) throw_errno("make cgroup " + path);
    if (made && !v2 && hierarchy.controllers & cpuset) inherit_cpuset_of(hierarchy, path);
    return made;
}

namespace {

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};

/// Calls `body` with the name of each folder in `directory`.
template <typename Body>
void for_each_folder(int directory, Body body) {
    int fd = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    std::unique_ptr<DIR, CloseFolder> folder(::fdopendir(fd));
    while (const dirent* entry = ::readdir(folder.get()))
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.') body(entry->d_name);
}

}  // namespace

void collect_processes(int directory, std::vector<pid_t>& found) {
    auto text = find_file(directory, files::processes.v1);
    if (!text) return;
    const char* end = text->data() + text->size();
    for (const char* at = text->data(); at < end;) {
        pid_t pid = 0;
        at = std::from_chars(at, end, pid).ptr + 1;
        if (pid > 0) found.push_back(pid);
    }
    for_each_folder(directory, [&](const char* name) {
        UniqueFd below(::openat(directory, name, O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (below) collect_processes(below.get(), found);
    });
}

void remove_tree(int parent, const char* name) {
    constexpr int most_attempts = 1000;
    for (int attempt = 0;; ++attempt) {
        if (::unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return;
        if (errno != EBUSY || attempt == most_attempts) throw_errno(fmt::format("remove cgroup {}", name));
        UniqueFd directory(::openat(parent, name, O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!directory) continue;
        bool had_folders = false;
        for_each_folder(directory.get(), [&](const char* below) {
            had_folders = true;
            remove_tree(directory.get(), below);
        });
        // A process leaves its cgroup a moment after it could be reaped.
        timespec pause{.tv_sec = 0, .tv_nsec = attempt < 20 ? 100'000 : 1'000'000};
        if (!had_folders) ::nanosleep(&pause, nullptr);
    }
}

}  // namespace dhow::linux::cgroup
