#pragma once
// One cgroup in every hierarchy of the host: one interface for v1, hybrid and v2.
//
// A process joins v1 hierarchies by itself: it inherits the open `tasks` files and writes "0" into them,
// which takes 0.1 ms for nine. (A parent that writes the child's pid into `cgroup.procs` waits for an RCU
// grace period, 10 ms on an idle machine.) On v2 it is born inside, by clone3's CLONE_INTO_CGROUP.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/unique_fd.hpp"
#include "linux/cgroup/hierarchy.hpp"
#include "linux/cgroup/limits.hpp"
#include "linux/cgroup/stats.hpp"

namespace dhow::linux::cgroup {

/// What a child needs to be inside.
struct Entry {
    std::vector<UniqueFd> tasks;  ///< v1: the child writes "0" into each
    UniqueFd directory;           ///< v2: for try_clone(); none otherwise
};

class Cgroup {
  public:
    /// Makes the cgroup in every hierarchy. `path` is below each hierarchy's mount point, as "/dhow/ID".
    /// @throws Conflict when it exists and a process is in it; SystemError. Nothing is left when it throws.
    static Cgroup create(const std::string& path);

    /// Opens a cgroup that exists. Hierarchies without it are left out.
    /// @throws NotFound when no hierarchy has it.
    static Cgroup open(const std::string& path);

    const std::string& path() const noexcept { return path_; }

    Entry entry() const;

    /// Writes what is set. @throws NotImplemented when the host lacks the controller.
    void apply(const Limits& limits);

    /// Processes in it and in the cgroups below it.
    std::vector<pid_t> processes() const;
    void signal_all(int signal) const;

    /// Stops all processes, and lets them go again. freeze() waits until they stand still.
    void freeze();
    void thaw();
    bool frozen() const;

    Stats stats() const;

    /// How many of its processes the kernel killed for lack of memory.
    std::uint64_t out_of_memory_kills() const;

    /// A descriptor for poll(2) that becomes readable (POLLIN) when memory ran out: v1 an eventfd(2), v2 an
    /// inotify(7) instance on memory.events. Read it empty, then ask out_of_memory_kills().
    UniqueFd out_of_memory_event() const;

    /// Bind mounts of the folders, detached, for a container that sees its own cgroup: the name below
    /// /sys/fs/cgroup (empty on v2) and the mount.
    struct View {
        std::string name;
        UniqueFd mount;
    };
    std::vector<View> views() const;

    /// Removes the cgroup and those below it. Waits up to a second for processes that are just ending.
    /// @throws SystemError; EBUSY when a process is still inside.
    void remove();

  private:
    struct Part {
        Version version;
        unsigned controllers;
        std::string name;
        UniqueFd root;       ///< of the hierarchy, O_PATH
        UniqueFd directory;  ///< the cgroup, O_PATH
    };

    explicit Cgroup(std::string path) : path_(std::move(path)) {}
    const Part* part_of(unsigned controller) const;
    Directory directory_of(unsigned controller, std::string_view what) const;

    std::string path_;  ///< "/dhow/ID"
    std::vector<Part> parts_;
};

}  // namespace dhow::linux::cgroup
