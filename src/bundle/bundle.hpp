#pragma once
// A Spec becomes an OCI bundle: config.json and the three files of /etc that belong to the host's side.
// Blocking: call it on the pool.
// Source: OCI runtime specification, config.md and config-linux.md; defaults as Docker documents them.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bundle/spec.hpp"
#include "oci/runtime_config.hpp"

namespace dhow::bundle {

/// config.json of a spec, decided without touching the disk (devices of the host are looked at).
/// @throws InvalidArgument when the spec asks for what cannot be; NotImplemented when this host cannot do it.
oci::RuntimeConfig build(const Spec& spec);

/// build(), written to <directory>/config.json (0600, by rename). The directory must exist.
void write(const Spec& spec, const std::filesystem::path& directory);

/// What goes into the three files.
struct EtcFiles {
    std::string hostname;
    std::string domainname;
    /// Lines of /etc/hosts after those of localhost: the container's own addresses and links and
    /// `--add-host`.
    struct Host {
        std::string address;
        std::string names;  ///< one or more, separated by spaces
    };
    std::vector<Host> hosts;
    bool ipv6 = true;  ///< the IPv6 lines of localhost are written

    std::vector<std::string> nameservers, searches, options;  ///< empty: those of `host_resolv_conf`
    /// The host's resolv.conf text. Its loopback nameservers are left out, since they do not exist in the
    /// container; when none is left, docker's public defaults (8.8.8.8, 8.8.4.4) stand in.
    std::string host_resolv_conf;
    bool keep_loopback_nameservers = false;  ///< network mode host
};

/// Paths for Spec::hostname_path and its like.
struct EtcPaths {
    std::string hostname, hosts, resolv_conf;
};

/// Writes hostname, hosts and resolv.conf (0644) into `directory`. Files that exist are overwritten in place:
/// a running container has them mounted.
EtcPaths write_etc(const EtcFiles& files, const std::filesystem::path& directory);

/// What `docker exec` adds to the container's process.
struct ExecOptions {
    std::vector<std::string> args;
    std::vector<std::string> env;  ///< on top of the container's
    std::string cwd;               ///< empty: the container's
    std::string user;              ///< empty: the container's
    bool tty = false;
    bool privileged = false;
};

/// What the execs of a container begin with.
struct ExecBase {
    oci::Process process;     ///< of config.json
    bool home_found = false;  ///< HOME was looked up for the container's user, not asked for
};

/// @throws InternalError when the bundle has no config.json or that has no process
ExecBase read_exec_base(const std::filesystem::path& bundle);

/// The process of an exec: `base` with `options` over it. A user is resolved in the root of the running
/// process `pid`.
oci::Process exec_process(const ExecBase& base, const ExecOptions& options, int pid);

/// The environment of a container's process: PATH, HOSTNAME, TERM (with a terminal), then `env`, of which
/// later entries of one name win and an entry without '=' removes what was set, then HOME if it is in none of
/// them.
std::vector<std::string> environment(const std::vector<std::string>& env, const std::string& hostname,
                                     const std::string& home, bool tty);

/// Whether a list of "NAME=value" sets `name`.
bool has_variable(const std::vector<std::string>& env, std::string_view name);

}  // namespace dhow::bundle
