#pragma once
// config.json of an OCI bundle, as plain structs: what the engine writes and the runtime obeys.
//
// An absent optional means "leave the kernel's default". Members that this platform cannot honour are read as
// raw JSON (`json::Value`), so that the runtime can refuse them by name instead of ignoring them.
// Source: OCI runtime specification 1.2, config.md and config-linux.md; schema/config-linux.json.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace dhow::oci {

/// The user of a process, in the container's ids. Names are resolved before config.json is written.
struct User {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::optional<std::uint32_t> umask;  ///< absent: 0022
    std::vector<std::uint32_t> additional_gids;
};

/// Capability names as "CAP_CHOWN". A set that is empty is cleared.
struct Capabilities {
    std::vector<std::string> bounding;
    std::vector<std::string> effective;
    std::vector<std::string> inheritable;
    std::vector<std::string> permitted;
    std::vector<std::string> ambient;
};

struct Rlimit {
    std::string type;  ///< as "RLIMIT_NOFILE"
    std::uint64_t hard = 0;
    std::uint64_t soft = 0;
};

struct ConsoleSize {
    unsigned short height = 0;  ///< rows
    unsigned short width = 0;   ///< columns
};

/// A process of a container: the first one, or one that exec adds.
struct Process {
    bool terminal = false;
    std::optional<ConsoleSize> console_size;
    User user;
    std::vector<std::string> args;
    std::vector<std::string> env;  ///< "NAME=value"
    std::string cwd = "/";         ///< absolute, inside the root
    std::optional<Capabilities> capabilities;
    std::vector<Rlimit> rlimits;
    bool no_new_privileges = false;
    std::string apparmor_profile;
    std::string selinux_label;
    std::optional<int> oom_score_adj;  ///< -1000 to 1000
    json::Value scheduler;
    json::Value io_priority;
    json::Value exec_cpu_affinity;
};

struct Root {
    std::string path;  ///< absolute, or relative to the bundle
    bool readonly = false;
};

/// A range of ids of a user namespace (user_namespaces(7)).
struct IdMapping {
    std::uint32_t container_id = 0;
    std::uint32_t host_id = 0;
    std::uint32_t size = 0;
};

struct Mount {
    std::string destination;  ///< absolute, inside the root
    std::string type;
    std::string source;
    std::vector<std::string> options;  ///< as in fstab(5), with "bind", "rbind", "rro", "rslave", "tmpcopyup"
    std::vector<IdMapping> uid_mappings;
    std::vector<IdMapping> gid_mappings;
};

/// A program that is run at a point of the lifecycle; the container's state is its standard input.
struct Hook {
    std::string path;
    std::vector<std::string> args;  ///< with argv[0]; empty: the path alone
    std::vector<std::string> env;
    std::optional<int> timeout;  ///< seconds
};

struct Hooks {
    std::vector<Hook> prestart;
    std::vector<Hook> create_runtime;
    std::vector<Hook> create_container;
    std::vector<Hook> start_container;
    std::vector<Hook> poststart;
    std::vector<Hook> poststop;
};

struct Namespace {
    std::string type;  ///< pid, network, mount, ipc, uts, user, cgroup, time
    std::string path;  ///< empty: a new one
};

/// A device node in the container.
struct Device {
    std::string type;  ///< "c", "b", "u" (as c) or "p"
    std::string path;  ///< absolute, inside the root
    std::int64_t major = 0;
    std::int64_t minor = 0;
    std::optional<std::uint32_t> file_mode;
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;
};

/// A rule of the devices' access list. The last rule that matches decides.
struct DeviceRule {
    bool allow = false;
    std::string type;                   ///< "a", "b", "c"; empty: "a"
    std::optional<std::int64_t> major;  ///< absent or -1: any
    std::optional<std::int64_t> minor;
    std::string access;  ///< of "r", "w", "m"; empty: all
};

/// Bytes. -1 is "without a limit".
struct Memory {
    std::optional<std::int64_t> limit;
    std::optional<std::int64_t> reservation;
    std::optional<std::int64_t> swap;  ///< memory and swap together
    std::optional<std::int64_t> kernel;
    std::optional<std::int64_t> kernel_tcp;
    std::optional<std::uint64_t> swappiness;  ///< 0 to 100; cgroup v1 alone
    std::optional<bool> disable_oom_killer;   ///< cgroup v1 alone
    std::optional<bool> use_hierarchy;
    std::optional<bool> check_before_update;
};

struct Cpu {
    std::optional<std::uint64_t> shares;  ///< 2 to 262144
    std::optional<std::int64_t> quota;    ///< microseconds in each period; -1: without a limit
    std::optional<std::uint64_t> burst;   ///< microseconds
    std::optional<std::uint64_t> period;  ///< microseconds
    std::optional<std::int64_t> realtime_runtime;
    std::optional<std::uint64_t> realtime_period;
    std::string cpus;  ///< a list, as "0-3,7"
    std::string mems;
    std::optional<std::int64_t> idle;
};

struct Pids {
    std::optional<std::int64_t> limit;  ///< 0 or -1: without a limit
};

struct WeightDevice {
    std::int64_t major = 0;
    std::int64_t minor = 0;
    std::optional<std::uint16_t> weight;
    std::optional<std::uint16_t> leaf_weight;
};

struct ThrottleDevice {
    std::int64_t major = 0;
    std::int64_t minor = 0;
    std::uint64_t rate = 0;  ///< bytes, or operations, a second
};

struct BlockIo {
    std::optional<std::uint16_t> weight;  ///< 10 to 1000
    std::optional<std::uint16_t> leaf_weight;
    std::vector<WeightDevice> weight_device;
    std::vector<ThrottleDevice> throttle_read_bps_device;
    std::vector<ThrottleDevice> throttle_write_bps_device;
    std::vector<ThrottleDevice> throttle_read_iops_device;
    std::vector<ThrottleDevice> throttle_write_iops_device;
};

struct HugepageLimit {
    std::string page_size;    ///< as "2MB"
    std::uint64_t limit = 0;  ///< bytes
};

struct Resources {
    std::vector<DeviceRule> devices;
    std::optional<Memory> memory;
    std::optional<Cpu> cpu;
    std::optional<Pids> pids;
    std::optional<BlockIo> block_io;
    std::vector<HugepageLimit> hugepage_limits;
    std::map<std::string, std::string> unified;  ///< file of cgroup v2 to its content
    json::Value network;
    json::Value rdma;
};

struct SeccompArgument {
    std::uint32_t index = 0;  ///< 0 to 5
    std::uint64_t value = 0;
    std::uint64_t value_two = 0;  ///< of SCMP_CMP_MASKED_EQ
    std::string op;               ///< as "SCMP_CMP_EQ"
};

struct SeccompSyscall {
    std::vector<std::string> names;
    std::string action;  ///< as "SCMP_ACT_ALLOW"
    std::optional<std::uint32_t> errno_ret;
    std::vector<SeccompArgument> args;
};

struct Seccomp {
    std::string default_action;
    std::optional<std::uint32_t> default_errno_ret;
    std::vector<std::string> flags;
    std::string listener_path;
    std::string listener_metadata;
    std::vector<std::string> architectures;  ///< as "SCMP_ARCH_X86_64"
    std::vector<SeccompSyscall> syscalls;
};

struct Personality {
    std::string domain;  ///< LINUX or LINUX32
    std::vector<std::string> flags;
};

struct Linux {
    std::vector<Namespace> namespaces;
    std::vector<IdMapping> uid_mappings;
    std::vector<IdMapping> gid_mappings;
    std::vector<Device> devices;
    std::string cgroups_path;  ///< below each hierarchy; empty: /dhow/<id>
    std::optional<Resources> resources;
    std::optional<Seccomp> seccomp;
    std::string rootfs_propagation;  ///< shared, slave, private, unbindable, with or without "r" in front
    std::vector<std::string> masked_paths;
    std::vector<std::string> readonly_paths;
    std::map<std::string, std::string> sysctl;
    std::string mount_label;
    std::optional<Personality> personality;
    json::Value intel_rdt;
    json::Value time_offsets;
    json::Value memory_policy;
    json::Value net_devices;
};

/// The whole of config.json.
struct RuntimeConfig {
    std::string oci_version = "1.2.0";
    std::optional<Process> process;
    Root root;
    std::string hostname;
    std::string domainname;
    std::vector<Mount> mounts;
    Hooks hooks;
    std::map<std::string, std::string> annotations;
    Linux linux;
};

/// The conversions, compiled once: their templates are heavy.
/// @throws InvalidArgument that names the path of the member that is wrong.
RuntimeConfig read_runtime_config(std::string_view text);
std::string write_runtime_config(const RuntimeConfig& config);
Process read_process(std::string_view text);
std::string write_process(const Process& process);
Resources read_resources(std::string_view text);
std::string write_resources(const Resources& resources);

}  // namespace dhow::oci
