#pragma once
// What the engine hands over to make a container's bundle: image config and host config already merged, every
// name resolved to a path or a number. Plain data; nothing here knows of images, volumes or networks.
//
// Defaults are docker's, so a Spec with only `id`, `args` and a root gives what `docker run` gives. Fields
// keep the Engine API's meaning; where the API has "0 means unlimited" or "-1 means unlimited", so has the
// field.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dhow::bundle {

/// The root file system as overlay directories; mounted by the runtime inside the container's mount
/// namespace. Without lower directories, `Spec::root` is used as it stands.
struct Overlay {
    std::vector<std::filesystem::path> lower_directories;  ///< top first
    std::filesystem::path upper_directory;                 ///< empty: the root is read-only
    std::filesystem::path work_directory;
};

/// A namespace: one of its own, the host's, or another process's by path (/proc/<pid>/ns/<name>).
struct Namespace {
    enum class Mode { own, host, join };
    Mode mode = Mode::own;
    std::string path;  ///< for `join`
};

struct Namespaces {
    Namespace pid;
    Namespace ipc;
    Namespace uts;
    Namespace network;
    /// `own` is docker's "private", its default on cgroup v2; on v1 docker's default is `host`. The engine
    /// decides.
    Namespace cgroup;
};

/// One mount into the container. Volumes are binds, or file systems when they have options.
struct Mount {
    enum class Kind { bind, tmpfs, filesystem };
    Kind kind = Kind::bind;
    std::string source;       ///< bind: an absolute path of the host that exists; filesystem: its device
    std::string destination;  ///< absolute path in the container
    bool read_only = false;
    bool recursive = true;            ///< bind: submounts come along (BindOptions.NonRecursive is false)
    bool read_only_recursive = true;  ///< read-only binds: submounts too, where the kernel can
    bool force_read_only_recursive = false;  ///< fail where the kernel cannot
    std::string propagation;                 ///< bind: "", [r]private, [r]shared, [r]slave. Empty is rprivate
    std::vector<std::string> tmpfs_options;  ///< "size=64m", "mode=1777", "exec", ...
    std::string type;                        ///< filesystem: as mount(8) takes it
    std::vector<std::string> filesystem_options;  ///< filesystem: as mount(8) takes them after -o
};

/// Who the process is: numbers of the container's user namespace.
struct User {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::vector<std::uint32_t> additional_gids;  ///< gid first, as docker sets it
    std::string home = "/";                      ///< of /etc/passwd; "/" when the user has no entry
};

struct Device {
    std::string host_path;
    std::string container_path;  ///< empty: as host_path
    std::string permissions = "rwm";
};

/// "c 1:3 rwm" and the like: `--device-cgroup-rule`.
struct DeviceCgroupRule {
    char type = 'a';                    ///< 'a', 'b' or 'c'
    std::optional<std::int64_t> major;  ///< none: any
    std::optional<std::int64_t> minor;
    std::string access;
};

struct Rlimit {
    std::string name;       ///< "nofile", "core", ... (without RLIMIT_)
    std::int64_t soft = 0;  ///< -1: unlimited
    std::int64_t hard = 0;
};

struct WeightDevice {
    std::string path;
    std::uint16_t weight = 0;
};

struct ThrottleDevice {
    std::string path;
    std::uint64_t rate = 0;
};

/// Limits, in the Engine API's units. 0 (or none) leaves the kernel's default alone.
struct Resources {
    std::int64_t memory = 0;       ///< bytes
    std::int64_t memory_swap = 0;  ///< bytes, memory + swap; -1: unlimited swap; 0 with memory: twice memory
    std::int64_t memory_reservation = 0;            ///< bytes
    std::optional<std::int64_t> memory_swappiness;  ///< 0..100; -1 is as none
    bool oom_kill_disable = false;
    std::int64_t nano_cpus = 0;  ///< --cpus; excludes quota and period
    std::int64_t cpu_shares = 0;
    std::int64_t cpu_period = 0;  ///< microseconds
    std::int64_t cpu_quota = 0;   ///< microseconds; -1: unlimited
    std::int64_t cpu_realtime_period = 0;
    std::int64_t cpu_realtime_runtime = 0;
    std::string cpuset_cpus;
    std::string cpuset_mems;
    std::optional<std::int64_t> pids_limit;  ///< -1 and 0: unlimited
    std::uint16_t blkio_weight = 0;          ///< 10..1000
    std::vector<WeightDevice> blkio_weight_devices;
    std::vector<ThrottleDevice> blkio_read_bps, blkio_write_bps, blkio_read_iops, blkio_write_iops;
};

/// HostConfig.SecurityOpt, taken apart.
struct Security {
    enum class Seccomp { standard, unconfined, profile };
    Seccomp seccomp = Seccomp::standard;
    std::string seccomp_profile;  ///< for `profile`: the JSON text, in docker's profile format
    bool no_new_privileges = false;
    std::string apparmor;  ///< "", "unconfined", or a profile: refused on a host without AppArmor
    bool systempaths_unconfined = false;
};

struct Spec {
    std::string id;
    std::string hostname;
    std::string domainname;

    Overlay overlay;
    std::filesystem::path root;  ///< where the overlay is mounted, or a plain root directory
    bool read_only_root = false;

    std::vector<std::string> args;  ///< entrypoint and command; never empty
    std::vector<std::string> env;   ///< image, then container; PATH, HOSTNAME, TERM and HOME are added
    std::string cwd = "/";
    User user;  ///< by resolve_user()
    bool tty = false;
    std::optional<std::pair<unsigned short, unsigned short>> console_size;  ///< rows, columns; with tty
    bool init = false;                                                      ///< the engine names the program:
    std::string init_path;  ///< an absolute host path of a static program, shown in the container as
                            ///< /sbin/docker-init

    Namespaces namespaces;
    std::vector<Mount> mounts;  ///< any order; parents are mounted before children
    /// Host paths bound over /etc/hostname, /etc/hosts and /etc/resolv.conf, as write_etc() gives them;
    /// empty: the image's own stay. A mount of `mounts` on the same destination wins.
    std::string hostname_path, hosts_path, resolv_conf_path;

    bool privileged = false;
    std::vector<std::string> cap_add, cap_drop;  ///< "NET_ADMIN", "CAP_NET_ADMIN", "ALL", any case
    Security security;
    std::vector<Device> devices;
    std::vector<DeviceCgroupRule> device_cgroup_rules;
    std::vector<Rlimit> rlimits;
    std::map<std::string, std::string> sysctls;
    Resources resources;
    int oom_score_adj = 0;
    std::int64_t shm_size = 64LL << 20;  ///< bytes; 0: no /dev/shm of its own (--ipc none)
    std::string shm_path;  ///< a host directory for /dev/shm that containers share; empty: a tmpfs of its own
    /// None: docker's lists. An empty list masks nothing.
    std::optional<std::vector<std::string>> masked_paths, read_only_paths;

    std::string cgroup_parent = "/dhow";  ///< the container's cgroup is <parent>/<id>
    std::map<std::string, std::string> annotations;
};

}  // namespace dhow::bundle
