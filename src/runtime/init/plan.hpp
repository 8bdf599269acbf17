#pragma once
// What the child will do, decided by the parent to the last detail. The child reads it in its copy of the
// parent's memory. Descriptors are borrowed from the parent's owners, which live until after the clone.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <sys/types.h>

#include "linux/caps.hpp"
#include "linux/mount.hpp"
#include "linux/seccomp.hpp"
#include "linux/terminal.hpp"

namespace dhow::runtime::init {

/// A mount inside the root.
struct MountStep {
    std::string destination;
    bool symlinks_refused = false;  ///< for /proc and /sys: an image must not redirect them
    /// A mount that the parent made, detached; -1: a new file system of `type`.
    int mount = -1;
    bool is_file = false;  ///< the mount's root is no folder
    std::string type;
    std::string source;
    std::vector<linux::FilesystemOption> options;
    std::uint64_t attributes = 0;  ///< of a new file system's mount: MOUNT_ATTR_...
    bool read_only_late = false;   ///< once all of the root is made
};

struct DeviceStep {
    std::string path;
    mode_t mode = 0;  ///< with S_IFCHR, S_IFBLK or S_IFIFO
    dev_t number = 0;
    uid_t uid = 0;
    gid_t gid = 0;
};

struct NamespaceStep {
    int fd = -1;
    int flag = 0;
    const char* name = "";
};

struct SysctlStep {
    std::string path;  ///< below /proc
    std::string value;
};

/// A hook that runs in the child.
struct HookStep {
    std::string path;
    std::vector<char*> args;  ///< ends with null; points into `strings`
    std::vector<char*> env;
    std::vector<std::string> strings;
    int timeout_ms = -1;
};

struct LimitStep {
    int resource = 0;
    rlimit limit{};
    std::string name;
};

/// The program and as whom it runs: the part that exec has as well.
struct ProgramPlan {
    std::vector<std::string> args;
    std::vector<std::string> env;
    std::vector<char*> arg_pointers;  ///< ends with null
    /// Ends with null, and with one free place for HOME.
    std::vector<char*> env_pointers;
    bool home_wanted = false;  ///< HOME is not in `env`
    std::string path;          ///< PATH of `env`
    std::string cwd;
    bool make_cwd = false;
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;
    mode_t umask = 022;
    linux::CapabilitySets capabilities;
    std::vector<LimitStep> limits;
    bool no_new_privileges = false;
    linux::SeccompProgram seccomp;  ///< empty: none
    unsigned seccomp_flags = 0;
    std::optional<unsigned long> personality;

    int streams[3] = {-1, -1, -1};  ///< -1: /dev/null
    bool terminal = false;
    linux::TerminalSize terminal_size;
    bool die_with_parent = false;

    int channel = -1;  ///< to the parent
    int gate = -1;     ///< where the start comes from: one message or byte; -1: it starts at once
    int report = -1;   ///< where a failure after that goes to; closed by exec
};

/// How the child comes to be inside.
struct EntryPlan {
    std::vector<int> cgroup_tasks;  ///< v1
    std::vector<NamespaceStep> joined;
    bool new_cgroup_namespace = false;
    bool new_user_namespace = false;
    bool root_in_namespace = false;  ///< become uid and gid 0 of the user namespace that was entered
    bool new_network_namespace = false;
};

struct ContainerPlan {
    EntryPlan entry;
    std::string hostname;
    std::string domainname;
    int root_mount = -1;
    bool root_read_only = false;
    unsigned long root_propagation = 0;  ///< MS_..., 0: private
    bool root_propagation_recursive = true;
    std::vector<MountStep> mounts;
    bool own_dev = true;  ///< /dev is made, not bound
    std::vector<DeviceStep> devices;
    std::vector<std::string> masked_paths;
    std::vector<std::string> read_only_paths;
    std::vector<SysctlStep> sysctls;
    bool hooks_at_namespaces = false;  ///< the parent has hooks to run then, or this child has
    std::vector<HookStep> create_container_hooks;
    std::vector<HookStep> start_container_hooks;
    int state_memory = -1;  ///< the container's state as JSON, for the hooks' standard input
    ProgramPlan program;
};

/// An additional process.
struct ExecPlan {
    EntryPlan entry;
    int pidfd = -1;      ///< of the container's first process
    int namespaces = 0;  ///< CLONE_NEW... to take over from it
    int terminal = -1;   ///< the slave, opened by the parent
    ProgramPlan program;
};

}  // namespace dhow::runtime::init
