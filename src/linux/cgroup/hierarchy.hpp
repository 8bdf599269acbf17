#pragma once
// The cgroup hierarchies of this host: one on a pure v2 host; on a hybrid host one a v1 controller.
// cgroups(7).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"

namespace dhow::linux::cgroup {

enum class Version { v1, v2 };

/// A bit each, so that a hierarchy's controllers are one number.
enum Controller : unsigned {
    cpu = 1U << 0,
    cpuacct = 1U << 1,  ///< v1 alone; v2 counts in `cpu`
    cpuset = 1U << 2,
    memory = 1U << 3,
    devices = 1U << 4,  ///< a file of v1, a BPF program in v2
    freezer = 1U << 5,  ///< v1 alone; v2's core can freeze
    blkio = 1U << 6,    ///< "io" in v2
    pids = 1U << 7,
    hugetlb = 1U << 8,
    named_systemd = 1U << 9,  ///< v1's name=systemd, by which systemd knows what belongs to a service
};

struct Hierarchy {
    Version version = Version::v1;
    unsigned controllers = 0;
    std::string name;  ///< of its folder below /sys/fs/cgroup; empty on a pure v2 host
    UniqueFd root;     ///< its mount point, opened with O_PATH
};

/// The hierarchies that are mounted at /sys/fs/cgroup. On a hybrid host those of v1, which hold the
/// controllers: the empty v2 hierarchy beside them is left out.
/// @throws NotImplemented when there is none.
std::vector<Hierarchy> hierarchies();

/// True on a host with cgroup v2 alone.
bool is_unified();

/// A cgroup's folder in one hierarchy: what the controllers' functions write to. Borrowed.
struct Directory {
    int fd;
    Version version;
};

/// @throws SystemError that names the file and the value.
void write_file(int directory, const char* file, std::string_view value);
/// False when the file does not exist.
bool try_write_file(int directory, const char* file, std::string_view value);
/// @throws SystemError
std::string read_file(int directory, const char* file);
std::optional<std::string> find_file(int directory, const char* file);
/// A number; "max" is the greatest one. None when the file does not exist.
std::optional<std::uint64_t> find_number(int directory, const char* file);
/// The value of `key` in a file of lines "key value". None without it.
std::optional<std::uint64_t> find_keyed(std::string_view text, std::string_view key);

}  // namespace dhow::linux::cgroup
