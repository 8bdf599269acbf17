#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "bundle/bundle.hpp"
#include "bundle/capabilities.hpp"
#include "bundle/devices.hpp"
#include "bundle/mounts.hpp"
#include "bundle/resources.hpp"
#include "bundle/seccomp.hpp"
#include "bundle/sysctls.hpp"

namespace dhow::bundle {

namespace {

/// Files that tell of, or steer, the host. Each has its story: /proc/kcore is the memory, /proc/acpi and
/// /proc/scsi its hardware, /proc/keys the keyrings, powercap and interrupts side channels.
constexpr std::array default_masked_paths{
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
};
constexpr std::array default_read_only_paths{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                                             "/proc/sysrq-trigger"};

constexpr std::array<std::string_view, 16> rlimit_names{
    "as",   "core",   "cpu",   "data", "fsize",  "locks",  "memlock",    "msgqueue",
    "nice", "nofile", "nproc", "rss",  "rtprio", "rttime", "sigpending", "stack"};

oci::User to_oci(const User& user) {
    return {.uid = user.uid, .gid = user.gid, .umask = {}, .additional_gids = user.additional_gids};
}

/// A user other than root starts with none of them effective, as after an exec by root; and nothing is ever
/// inheritable, which a file's own inheritable set would turn into permitted ones.
oci::Capabilities capability_sets(std::vector<std::string> names, std::uint32_t uid) {
    oci::Capabilities sets;
    if (uid == 0) sets.effective = sets.permitted = names;
    sets.bounding = std::move(names);
    return sets;
}

std::vector<oci::Rlimit> to_oci(const std::vector<Rlimit>& limits) {
    std::vector<oci::Rlimit> result;
    for (const auto& limit : limits) {
        if (std::ranges::find(rlimit_names, limit.name) == rlimit_names.end())
            throw InvalidArgument("invalid ulimit type: {}", limit.name);
        if (limit.hard != -1 && (limit.soft == -1 || limit.soft > limit.hard))
            throw InvalidArgument("ulimit soft limit must be less than or equal to hard limit: {} > {}",
                                  limit.soft, limit.hard);
        auto name = limit.name;
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
        result.push_back({"RLIMIT_" + name, static_cast<std::uint64_t>(limit.hard),
                          static_cast<std::uint64_t>(limit.soft)});
    }
    return result;
}

void check_apparmor(const std::string& profile) {
    if (profile.empty() || profile == "unconfined") return;
    std::ifstream file("/sys/module/apparmor/parameters/enabled");
    std::string enabled;
    if (!(file >> enabled) || enabled != "Y")
        throw InvalidArgument("AppArmor is not supported on this host, but the profile '{}' was specified",
                              profile);
}

oci::Process build_process(const Spec& spec, const std::vector<std::string>& capabilities) {
    if (spec.args.empty() || spec.args.front().empty()) throw InvalidArgument("no command specified");
    if (!spec.cwd.starts_with('/'))
        throw InvalidArgument("the working directory '{}' is invalid, it needs to be an absolute path",
                              spec.cwd);
    check_apparmor(spec.security.apparmor);
    oci::Process process;
    process.terminal = spec.tty;
    if (const auto& size = spec.console_size; spec.tty && size)
        process.console_size = oci::ConsoleSize{size->first, size->second};
    process.user = to_oci(spec.user);
    if (spec.init) process.args = {"/sbin/docker-init", "--"};
    process.args.insert(process.args.end(), spec.args.begin(), spec.args.end());
    process.env = environment(spec.env, spec.hostname, spec.user.home, spec.tty);
    process.cwd = spec.cwd;
    process.capabilities = capability_sets(capabilities, spec.user.uid);
    process.rlimits = to_oci(spec.rlimits);
    process.no_new_privileges = spec.security.no_new_privileges;
    // A process that is given no profile stays as unconfined as the shim that makes it.
    if (spec.security.apparmor != "unconfined") process.apparmor_profile = spec.security.apparmor;
    process.oom_score_adj = spec.oom_score_adj;
    return process;
}

std::vector<oci::Namespace> build_namespaces(const Namespaces& wanted) {
    std::vector<oci::Namespace> namespaces{{"mount", ""}};
    auto add = [&](const char* type, const Namespace& choice) {
        if (choice.mode == Namespace::Mode::own) namespaces.push_back({type, ""});
        if (choice.mode == Namespace::Mode::join) namespaces.push_back({type, choice.path});
    };
    add("pid", wanted.pid);
    add("ipc", wanted.ipc);
    add("uts", wanted.uts);
    add("network", wanted.network);
    add("cgroup", wanted.cgroup);
    return namespaces;
}

std::optional<oci::Seccomp> build_seccomp(const Spec& spec, const std::vector<std::string>& capabilities) {
    if (spec.privileged || spec.security.seccomp == Security::Seccomp::unconfined) return std::nullopt;
    if (spec.security.seccomp == Security::Seccomp::standard)
        return resolve_seccomp(default_seccomp_profile(), capabilities);
    return resolve_seccomp(read_seccomp_profile(spec.security.seccomp_profile), capabilities);
}

void hide_paths(const Spec& spec, oci::Linux& part) {
    if (spec.privileged || spec.security.systempaths_unconfined) return;
    if (spec.masked_paths)
        part.masked_paths = *spec.masked_paths;
    else
        part.masked_paths.assign(default_masked_paths.begin(), default_masked_paths.end());
    if (spec.read_only_paths)
        part.readonly_paths = *spec.read_only_paths;
    else
        part.readonly_paths.assign(default_read_only_paths.begin(), default_read_only_paths.end());
}

oci::Linux build_linux(const Spec& spec, const std::vector<std::string>& capabilities) {
    oci::Linux part;
    part.namespaces = build_namespaces(spec.namespaces);
    part.cgroups_path = spec.cgroup_parent + "/" + spec.id;
    part.resources = to_oci_resources(spec.resources);
    add_devices(spec, part.devices, part.resources->devices);
    part.seccomp = build_seccomp(spec, capabilities);
    part.sysctl = build_sysctls(spec);
    hide_paths(spec, part);
    return part;
}

std::string join(const std::vector<std::filesystem::path>& paths) {
    std::string joined;
    for (const auto& path : paths) {
        if (path.string().find(':') != std::string::npos)
            throw InvalidArgument("a layer's path must not contain a colon: {}", path.string());
        joined += (joined.empty() ? "" : ":") + path.string();
    }
    return joined;
}

void describe_overlay(const Overlay& overlay, std::map<std::string, std::string>& annotations) {
    if (overlay.lower_directories.empty()) return;
    annotations["dhow.overlay.lowerdirs"] = join(overlay.lower_directories);
    if (overlay.upper_directory.empty()) return;
    annotations["dhow.overlay.upperdir"] = overlay.upper_directory;
    annotations["dhow.overlay.workdir"] = overlay.work_directory;
}

void write_file(const std::filesystem::path& path, std::string_view content, mode_t mode) {
    auto unfinished = path.string() + ".new";
    UniqueFd file(check(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode),
                        "create {}", unfinished));
    while (!content.empty()) {
        auto wrote = check(::write(file.get(), content.data(), content.size()), "write {}", unfinished);
        content.remove_prefix(static_cast<std::size_t>(wrote));
    }
    check(::rename(unfinished.c_str(), path.c_str()), "rename {}", unfinished);
}

}  // namespace

oci::RuntimeConfig build(const Spec& spec) {
    auto capabilities = resolve_capabilities(spec.privileged, spec.cap_add, spec.cap_drop);
    oci::RuntimeConfig config;
    config.process = build_process(spec, capabilities);
    config.root = {spec.root, spec.read_only_root};
    // Without a UTS namespace of its own it must not rename the host.
    if (spec.namespaces.uts.mode == Namespace::Mode::own) {
        config.hostname = spec.hostname;
        config.domainname = spec.domainname;
    }
    config.annotations = spec.annotations;
    describe_overlay(spec.overlay, config.annotations);
    if (!has_variable(spec.env, "HOME")) config.annotations["dhow.home"] = spec.user.home;
    config.linux = build_linux(spec, capabilities);
    config.mounts = build_mounts(spec, config.linux.rootfs_propagation);
    return config;
}

void write(const Spec& spec, const std::filesystem::path& directory) {
    write_file(directory / "config.json", oci::write_runtime_config(build(spec)), 0600);
}

}  // namespace dhow::bundle
