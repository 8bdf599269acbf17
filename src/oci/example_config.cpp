#include "oci/example_config.hpp"

namespace dhow::oci {

namespace {

Process example_process() {
    Process process;
    process.terminal = true;
    process.args = {"sh"};
    process.env = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"};
    std::vector<std::string> kept{"CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"};
    process.capabilities = Capabilities{.bounding = kept, .effective = kept, .permitted = kept};
    process.rlimits = {{"RLIMIT_NOFILE", 1024, 1024}};
    process.no_new_privileges = true;
    return process;
}

std::vector<Mount> example_mounts() {
    return {
        {.destination = "/proc", .type = "proc", .source = "proc"},
        {.destination = "/dev",
         .type = "tmpfs",
         .source = "tmpfs",
         .options = {"nosuid", "strictatime", "mode=755", "size=65536k"}},
        {.destination = "/dev/pts",
         .type = "devpts",
         .source = "devpts",
         .options = {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}},
        {.destination = "/dev/shm",
         .type = "tmpfs",
         .source = "shm",
         .options = {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}},
        {.destination = "/dev/mqueue",
         .type = "mqueue",
         .source = "mqueue",
         .options = {"nosuid", "noexec", "nodev"}},
        {.destination = "/sys",
         .type = "sysfs",
         .source = "sysfs",
         .options = {"nosuid", "noexec", "nodev", "ro"}},
        {.destination = "/sys/fs/cgroup",
         .type = "cgroup",
         .source = "cgroup",
         .options = {"nosuid", "noexec", "nodev", "relatime", "ro"}},
    };
}

}  // namespace

RuntimeConfig example_runtime_config() {
    RuntimeConfig config;
    config.process = example_process();
    config.root = {.path = "rootfs", .readonly = true};
    config.hostname = "dhow";
    config.mounts = example_mounts();
    for (const char* type : {"pid", "network", "ipc", "uts", "mount", "cgroup"})
        config.linux.namespaces.push_back({type, ""});
    config.linux.resources = Resources{.devices = {{.allow = false, .type = "", .access = "rwm"}}};
    config.linux.masked_paths = {"/proc/acpi",
                                 "/proc/asound",
                                 "/proc/kcore",
                                 "/proc/keys",
                                 "/proc/latency_stats",
                                 "/proc/timer_list",
                                 "/proc/timer_stats",
                                 "/proc/sched_debug",
                                 "/sys/firmware",
                                 "/proc/scsi",
                                 "/sys/devices/virtual/powercap"};
    config.linux.readonly_paths = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
    return config;
}

}  // namespace dhow::oci
