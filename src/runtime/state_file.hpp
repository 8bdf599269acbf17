#pragma once
// The folder that the runtime keeps of each container:
//
//   <state root>/<id>/state.json    written once, by create
//                     gate          there until the container is started: a FIFO to start it through, or a
//                     mark report        with a FIFO gate: where the result of the start comes back
//   <state root>/.seccomp/          compiled filters (parent/seccomp_cache.hpp)
//
// The folder's mode is 0700: config and environment of containers are nobody else's.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include <sys/types.h>

#include "base/json.hpp"
#include "base/unique_fd.hpp"
#include "runtime/container.hpp"

namespace dhow::runtime {

inline constexpr const char* gate_name = "gate";
inline constexpr const char* report_name = "report";

struct StateFile {
    std::string oci_version;
    std::string id;
    pid_t pid = 0;
    std::uint64_t start_time = 0;  ///< of the process: /proc/PID/stat, field 22
    std::string bundle;
    std::string rootfs;
    std::string cgroup;  ///< "/dhow/ID"
    std::string created;
    std::map<std::string, std::string> annotations;
    int namespaces = 0;  ///< CLONE_NEW... that differ from the runtime's
    bool has_user_namespace = false;
};

/// @throws InvalidArgument: ids are letters, digits, '_', '+', '-' and '.', and do not begin with '.' or '-'.
void check_id(const std::string& id);

std::filesystem::path state_directory(const std::filesystem::path& state_root, const std::string& id);

/// @throws NotFound "container does not exist"
StateFile read_state(const std::filesystem::path& state_root, const std::string& id);
void write_state(const std::filesystem::path& state_root, const StateFile& state);

/// Removes the folder with all that is in it. None is fine.
void remove_state(const std::filesystem::path& state_root, const std::string& id);

/// The first process, if it is alive and is still the one that was recorded. A zombie is not alive.
UniqueFd find_process(const StateFile& state);

Status status_of(const std::filesystem::path& state_root, const StateFile& state);

/// The container's state as hooks read it. runtime.md, State.
std::string hook_state(const StateFile& state, Status status);

}  // namespace dhow::runtime

template <>
struct dhow::json::Members<dhow::runtime::StateFile> {
    using T = dhow::runtime::StateFile;
    static constexpr auto list = std::tuple{member("ociVersion", &T::oci_version),
                                            member("id", &T::id),
                                            member("pid", &T::pid),
                                            member("startTime", &T::start_time),
                                            member("bundle", &T::bundle),
                                            member("rootfs", &T::rootfs),
                                            member("cgroup", &T::cgroup),
                                            member("created", &T::created),
                                            member("annotations", &T::annotations, omit_empty),
                                            member("namespaces", &T::namespaces),
                                            member("userNamespace", &T::has_user_namespace, omit_empty)};
};
