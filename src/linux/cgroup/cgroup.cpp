#include "linux/cgroup/cgroup.hpp"

#include <cerrno>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/defer.hpp"
#include "base/error.hpp"
#include "linux/cgroup/files.hpp"
#include "linux/cgroup/tree.hpp"
#include "linux/mount.hpp"

namespace dhow::linux::cgroup {

Cgroup Cgroup::create(const std::string& path) {
    Cgroup cgroup(path);
    Defer undo([&] {
        for (auto& part : cgroup.parts_) ::unlinkat(part.root.get(), path.c_str() + 1, AT_REMOVEDIR);
    });
    for (auto& hierarchy : hierarchies()) {
        bool made = make_folder(hierarchy, path);
        UniqueFd directory(
            check(::openat(hierarchy.root.get(), path.c_str() + 1, O_PATH | O_DIRECTORY | O_CLOEXEC),
                  "open cgroup {}", path));
        if (!made && !read_file(directory.get(), files::processes.v1).empty())
            throw Conflict("cgroup {} exists already and has processes", path);
        cgroup.parts_.push_back({hierarchy.version, hierarchy.controllers, std::move(hierarchy.name),
                                 std::move(hierarchy.root), std::move(directory)});
    }
    undo.cancel();
    return cgroup;
}

Cgroup Cgroup::open(const std::string& path) {
    Cgroup cgroup(path);
    for (auto& hierarchy : hierarchies()) {
        UniqueFd directory(
            ::openat(hierarchy.root.get(), path.c_str() + 1, O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!directory && errno == ENOENT) continue;
        check(directory.get(), "open cgroup {}", path);
        cgroup.parts_.push_back({hierarchy.version, hierarchy.controllers, std::move(hierarchy.name),
                                 std::move(hierarchy.root), std::move(directory)});
    }
    if (cgroup.parts_.empty()) throw NotFound("no cgroup {}", path);
    return cgroup;
}

const Cgroup::Part* Cgroup::part_of(unsigned controller) const {
    for (const auto& part : parts_)
        if (part.controllers & controller) return &part;
    return nullptr;
}

Directory Cgroup::directory_of(unsigned controller, std::string_view what) const {
    const Part* part = part_of(controller);
    if (!part) throw NotImplemented("this host has no cgroup controller for {}", what);
    return {part->directory.get(), part->version};
}

Entry Cgroup::entry() const {
    Entry entry;
    for (const auto& part : parts_) {
        if (part.version == Version::v2)
            entry.directory.reset(check(
                ::openat(part.directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open cgroup"));
        else
            entry.tasks.emplace_back(
                check(::openat(part.directory.get(), files::v1_tasks, O_WRONLY | O_CLOEXEC),
                      "open tasks of cgroup {}", part.name));
    }
    return entry;
}

void Cgroup::apply(const Limits& limits) {
    const auto& memory_limits = limits.memory;
    if (memory_limits.limit || memory_limits.reservation || memory_limits.memory_and_swap ||
        memory_limits.swappiness || memory_limits.disable_out_of_memory_killer)
        set_memory(directory_of(memory, "memory"), memory_limits);
    const auto& c = limits.cpu;
    if (c.shares || c.quota || c.period || c.burst || c.idle || c.realtime_runtime || c.realtime_period)
        set_cpu(directory_of(cpu, "cpu"), c);
    if (!limits.cpuset.cpus.empty() || !limits.cpuset.memories.empty())
        set_cpuset(directory_of(cpuset, "cpuset"), limits.cpuset);
    if (limits.pids) set_pids(directory_of(pids, "pids"), *limits.pids);
    const auto& io = limits.block_io;
    if (io.weight || !io.device_weights.empty() || !io.read_bytes.empty() || !io.write_bytes.empty() ||
        !io.read_operations.empty() || !io.write_operations.empty())
        set_block_io(directory_of(blkio, "block I/O"), io);
    if (!limits.hugepages.empty()) set_hugepages(directory_of(hugetlb, "huge pages"), limits.hugepages);
    if (!limits.devices.empty()) set_devices(directory_of(devices, "devices"), limits.devices);
    if (!limits.unified.empty()) {
        if (parts_.front().version != Version::v2)
            throw NotImplemented("unified resources need a host with cgroup v2 alone");
        for (const auto& [file, value] : limits.unified) {
            if (file.find('/') != std::string::npos) throw InvalidArgument("no cgroup file: \"{}\"", file);
            write_file(parts_.front().directory.get(), file.c_str(), value);
        }
    }
}

std::vector<pid_t> Cgroup::processes() const {
    std::vector<pid_t> found;
    const Part* part = part_of(pids | freezer);
    if (!part) part = &parts_.front();
    collect_processes(part->directory.get(), found);
    return found;
}

void Cgroup::signal_all(int signal) const {
    const auto& first = parts_.front();
    if (signal == SIGKILL && first.version == Version::v2 &&
        try_write_file(first.directory.get(), files::v2_kill, "1"))
        return;
    for (pid_t pid : processes()) ::kill(pid, signal);
}

std::vector<Cgroup::View> Cgroup::views() const {
    std::vector<View> found;
    for (const auto& part : parts_) {
        int mount = try_clone_mount(part.directory.get(), "", false);
        if (mount < 0) throw SystemError(-mount, fmt::format("bind cgroup {}", part.name));
        found.push_back({part.name, UniqueFd(mount)});
    }
    return found;
}

void Cgroup::remove() {
    for (const auto& part : parts_) remove_tree(part.root.get(), path_.c_str() + 1);
    parts_.clear();
}

}  // namespace dhow::linux::cgroup
