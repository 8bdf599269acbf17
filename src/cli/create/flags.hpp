#pragma once
// The options that `run` and `create` share.

#include <array>

#include "cli/create/checks.hpp"
#include "cli/options/checks.hpp"
#include "cli/options/option.hpp"

namespace dhow::cli {

inline constexpr Option network_option =
    completing(list("network", 0,
                    "Connect the container to a network; again for more, or with settings as "
                    "name=NET,alias=A,ip=ADDRESS,...",
                    check_network, "network"),
               Completes::networks_of_containers);
inline constexpr Option network_alias_option =
    list("network-alias", 0, "Another name for the container in the network");
inline constexpr Option dns_option_option = list("dns-option", 0, "Set options of the resolver");

inline constexpr std::array container_options{
    // The process
    list("attach", 'a', "Attach to STDIN, STDOUT or STDERR", check_attach),
    completing(text("entrypoint", 0, "Replace the image's ENTRYPOINT; empty takes it away"),
               Completes::nothing),
    list("env", 'e', "Set environment variables", check_environment),
    completing(list("env-file", 0, "Read environment variables from a file"), Completes::files),
    list("group-add", 0, "Join further groups"),
    flag("init", 0, "Run an init as process 1 that passes signals on and reaps"),
    flag("interactive", 'i', "Keep STDIN open even if not attached"),
    text("stop-signal", 0, "Signal that stops the container"),
    value("stop-timeout", 0, "int", "Seconds to wait for a stop before the kill", check_integer),
    flag("tty", 't', "Allocate a pseudo-TTY"),
    list("ulimit", 0, "Set a limit of resources (TYPE=SOFT[:HARD])", check_ulimit, "ulimit"),
    text("user", 'u', "Name or UID (format: <name|uid>[:<group|gid>])"),
    text("workdir", 'w', "Working directory inside the container"),

    // The container
    list("annotation", 0, "Add an annotation, handed to the OCI runtime", check_key_value, "map"),
    completing(text("cidfile", 0, "Write the container's ID to a file"), Completes::files),
    text("domainname", 0, "NIS domain name of the container"),
    text("hostname", 'h', "Host name of the container"),
    list("label", 'l', "Set metadata on the container", check_label),
    completing(list("label-file", 0, "Read labels from a file, one a line"), Completes::files),
    text("name", 0, "Give the container a name"),
    text("platform", 0, "Choose a platform of the image (os/arch[/variant])"),
    choice("pull", "Pull the image first (\"always\", \"missing\", \"never\")", "always|missing|never",
           "missing"),
    flag("quiet", 'q', "Do not show the progress of a pull"),
    choice("restart", "When to start the container again after it exits",
           "no|always|on-failure|unless-stopped", "no"),
    flag("rm", 0, "Remove the container and its anonymous volumes when it exits"),
    text("runtime", 0, "OCI runtime that runs the container"),

    // Security
    list("cap-add", 0, "Add Linux capabilities"),
    list("cap-drop", 0, "Drop Linux capabilities"),
    flag("privileged", 0, "Give the container all rights of the host's root"),
    list("security-opt", 0,
         "Security options (seccomp=, apparmor=, label=, no-new-privileges, systempaths=)"),

    // Namespaces
    choice("cgroupns", "Cgroup namespace to use (host|private)", "host|private"),
    choice("ipc", "IPC namespace to use", "none|private|shareable|host|container:"),
    text("isolation", 0, "Isolation technology of the container"),
    choice("pid", "PID namespace to use", "host|container:"),
    choice("userns", "User namespace to use", "host"),
    choice("uts", "UTS namespace to use", "host"),

    // Network
    list("add-host", 0, "Add a line to /etc/hosts (host:ip)", check_extra_host),
    list("dns", 0, "Set the servers of the resolver", check_address),
    dns_option_option,
    alias("dns-opt", dns_option_option),
    list("dns-search", 0, "Set the search domains of the resolver"),
    list("expose", 0, "Expose a port or a range of ports"),
    value("ip", 0, "ip", "IPv4 address (e.g., 172.30.100.104)", check_ip),
    value("ip6", 0, "ip", "IPv6 address (e.g., 2001:db8::33)", check_ip),
    completing(list("link", 0, "Link to another container", check_link), Completes::containers),
    list("link-local-ip", 0, "Link-local addresses of the container"),
    text("mac-address", 0, "MAC address (e.g., 92:d0:c6:0a:29:33)"),
    network_option,
    alias("net", network_option),
    network_alias_option,
    alias("net-alias", network_alias_option),
    list("publish", 'p', "Publish ports of the container on the host"),
    flag("publish-all", 'P', "Publish all exposed ports on free ports"),

    // Logging and storage
    text("log-driver", 0, "Driver of the container's log"),
    list("log-opt", 0, "Options of the log driver"),
    list("mount", 0, "Attach a mount (type=bind|volume|tmpfs|image,src=,dst=,...)", check_mount, "mount"),
    flag("read-only", 0, "Mount the container's root read-only"),
    value("shm-size", 0, "bytes", "Size of /dev/shm", check_size),
    list("storage-opt", 0, "Options of the storage driver for the container"),
    list("sysctl", 0, "Set kernel parameters of the container's namespaces", check_sysctl, "map"),
    list("tmpfs", 0, "Mount a tmpfs"),
    completing(list("volume", 'v', "Bind mount a path or a volume (SOURCE:TARGET[:OPTIONS])"),
               Completes::files),
    text("volume-driver", 0, "Driver of the container's volumes"),
    completing(list("volumes-from", 0, "Mount the volumes of other containers"), Completes::containers),

    // Health
    text("health-cmd", 0, "Command that tells whether the container is healthy"),
    value("health-interval", 0, "duration", "Time between two checks (ms|s|m|h)", check_duration, "0s"),
    value("health-retries", 0, "int", "Failures in a row that make it unhealthy", check_integer),
    value("health-start-interval", 0, "duration", "Time between checks during the start period (ms|s|m|h)",
          check_duration, "0s"),
    value("health-start-period", 0, "duration", "Time to start up in which failures do not count (ms|s|m|h)",
          check_duration, "0s"),
    value("health-timeout", 0, "duration", "Longest time one check may take (ms|s|m|h)", check_duration,
          "0s"),
    flag("no-healthcheck", 0, "Turn the image's HEALTHCHECK off"),

    // Resources
    value("blkio-weight", 0, "uint16", "Weight of block I/O, 10 to 1000, or 0 for none", check_uint16),
    list("blkio-weight-device", 0, "Weight of block I/O on a device (DEVICE:WEIGHT)", check_weight_device),
    text("cgroup-parent", 0, "Parent of the container's cgroup"),
    value("cpu-period", 0, "int", "Period of the CPU limit, in microseconds", check_integer),
    value("cpu-quota", 0, "int", "CPU time a period, in microseconds", check_integer),
    value("cpu-rt-period", 0, "int", "Period of the real-time CPU limit, in microseconds", check_integer),
    value("cpu-rt-runtime", 0, "int", "Real-time CPU time a period, in microseconds", check_integer),
    value("cpu-shares", 'c', "int", "CPU shares (relative weight)", check_integer),
    value("cpus", 0, "decimal", "Number of CPUs", check_cpus),
    text("cpuset-cpus", 0, "CPUs that may be used (0-3, 0,1)"),
    text("cpuset-mems", 0, "Memory nodes that may be used (0-3, 0,1)"),
    list("device", 0, "Give a device of the host to the container"),
    list("device-cgroup-rule", 0, "Add a rule to the devices that are allowed", check_device_rule),
    list("device-read-bps", 0, "Limit reading from a device (bytes a second)", check_throttle_bytes),
    list("device-read-iops", 0, "Limit reading from a device (operations a second)",
         check_throttle_operations),
    list("device-write-bps", 0, "Limit writing to a device (bytes a second)", check_throttle_bytes),
    list("device-write-iops", 0, "Limit writing to a device (operations a second)",
         check_throttle_operations),
    value("gpus", 0, "gpu-request", "Give GPUs to the container (not on this engine)", check_gpus),
    value("memory", 'm', "bytes", "Limit of memory", check_size),
    value("memory-reservation", 0, "bytes", "Soft limit of memory", check_size),
    value("memory-swap", 0, "bytes", "Limit of memory and swap together; '-1' for no limit of swap",
          check_swap),
    value("memory-swappiness", 0, "int", "How readily memory is swapped (0 to 100)", check_integer, "-1"),
    flag("oom-kill-disable", 0, "Do not kill when memory runs out"),
    value("oom-score-adj", 0, "int", "Adjust the order of kills when memory runs out (-1000 to 1000)",
          check_integer),
    value("pids-limit", 0, "int", "Limit of processes (-1 for none)", check_integer),
};

}  // namespace dhow::cli
