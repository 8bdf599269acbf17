#pragma once
// Namespaces: namespaces(7), clone3(2), setns(2), unshare(2).

#include <array>
#include <cstdint>
#include <string_view>

#include <sched.h>
#include <sys/types.h>

#include "base/unique_fd.hpp"

namespace dhow::linux {

struct NamespaceKind {
    std::string_view name;  ///< as the OCI runtime specification says it
    int flag;               ///< CLONE_NEW...
    const char* file;       ///< in /proc/PID/ns
};

inline constexpr int clone_new_time = 0x80;  // CLONE_NEWTIME, which glibc 2.36 does not name

inline constexpr std::array<NamespaceKind, 8> namespace_kinds{{
    {"user", CLONE_NEWUSER, "user"},
    {"cgroup", CLONE_NEWCGROUP, "cgroup"},
    {"ipc", CLONE_NEWIPC, "ipc"},
    {"uts", CLONE_NEWUTS, "uts"},
    {"network", CLONE_NEWNET, "net"},
    {"pid", CLONE_NEWPID, "pid"},
    {"mount", CLONE_NEWNS, "mnt"},
    {"time", clone_new_time, "time"},
}};

/// The kind of that name, or null.
const NamespaceKind* find_namespace_kind(std::string_view name);

/// Opens a namespace's file and makes sure that it is a namespace of that kind.
/// @throws SystemError; InvalidArgument when the file is something else.
UniqueFd open_namespace(const char* path, const NamespaceKind& kind);

/// A child as fork(2) makes it (it returns twice), in new namespaces of `flags`, and born in the cgroup v2
/// directory `cgroup` unless that is -1. `pidfd`, when not null, receives a descriptor of the child.
/// Gives 0 in the child, the child's pid in the parent, or a negative errno. For single-threaded programs.
pid_t try_clone(std::uint64_t flags, int cgroup, int* pidfd) noexcept;

}  // namespace dhow::linux
