#include <algorithm>
#include <array>
#include <charconv>

#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/containers/containers.hpp"
#include "engine/containers/restart_policy.hpp"
#include "engine/validate/validate.hpp"

namespace dhow::engine {

namespace {

void check_health(const HealthConfig& health) {
    auto check = [](std::int64_t value, const char* name) {
        if (value != 0 && value < 1'000'000)
            throw InvalidArgument("{} in Healthcheck cannot be less than 1ms", name);
    };
    check(health.interval, "Interval");
    check(health.timeout, "Timeout");
    check(health.start_period, "StartPeriod");
    check(health.start_interval, "StartInterval");
    if (health.retries < 0) throw InvalidArgument("Retries in Healthcheck cannot be negative");
    if (!health.test.empty() && health.test[0] != "NONE" && health.test[0] != "CMD" &&
        health.test[0] != "CMD-SHELL")
        throw InvalidArgument(
            "Unknown type in health check (expected \"NONE\", \"CMD\" or \"CMD-SHELL\"): {}", health.test[0]);
}

void check_config(const ContainerConfig& config) {
    for (const auto& entry : config.env)
        if (entry.empty() || entry[0] == '=')
            throw InvalidArgument("invalid environment variable: {}", entry);
    if (!config.working_dir.empty() && config.working_dir[0] != '/')
        throw InvalidArgument("the working directory '{}' is invalid, it needs to be an absolute path",
                              config.working_dir);
    if (!config.stop_signal.empty()) parse_signal(config.stop_signal);
    if (config.stop_timeout && *config.stop_timeout < -1)
        throw InvalidArgument("invalid stop timeout: {}", *config.stop_timeout);
    if (config.healthcheck) check_health(*config.healthcheck);
    if (config.hostname.size() > 64) throw InvalidArgument("invalid hostname format: {}", config.hostname);
    for (const auto& port : config.exposed_ports.names) parse_port(port);
    for (const auto& volume : config.volumes.names) {
        if (volume.empty() || volume[0] != '/')
            throw InvalidArgument("invalid volume: '{}': mount path must be absolute", volume);
        if (volume == "/") throw InvalidArgument("invalid volume: '/': destination can't be '/'");
    }
}

void check_sysctls(const HostConfig& host) {
    static constexpr std::array ipc{"kernel.msgmax", "kernel.msgmnb",         "kernel.msgmni",
                                    "kernel.sem",    "kernel.shmall",         "kernel.shmmax",
                                    "kernel.shmmni", "kernel.shm_rmid_forced"};
    for (const auto& [name, value] : host.sysctls) {
        bool of_ipc = std::ranges::find(ipc, name) != ipc.end() || name.starts_with("fs.mqueue.");
        bool of_network = name.starts_with("net.");
        bool of_uts = name == "kernel.domainname";
        if (!of_ipc && !of_network && !of_uts)
            throw InvalidArgument("sysctl '{}' is not allowed: it is the host's", name);
        if (name.find("..") != std::string::npos || name.find('/') != std::string::npos)
            throw InvalidArgument("sysctl '{}' is malformed", name);
        if (of_network && host.network_mode == "host")
            throw InvalidArgument("sysctl \"{}\" not allowed in host network namespace", name);
        if (of_ipc && host.ipc_mode == "host")
            throw InvalidArgument("sysctl \"{}\" is not allowed in the hosts ipc namespace", name);
        if (of_uts && host.uts_mode == "host")
            throw InvalidArgument("sysctl \"{}\" conflicts with the host's UTS namespace", name);
    }
}

void check_extra_hosts(const HostConfig& host) {
    for (const auto& entry : host.extra_hosts) {
        auto colon = entry.find(':');
        if (colon == std::string::npos || colon == 0 || colon + 1 == entry.size())
            throw InvalidArgument("bad format for add-host: \"{}\"", entry);
    }
}

void check_security(const HostConfig& host, const Host& facts) {
    for (const auto& text : host.security_opt) {
        auto option = parse_security_option(text);
        if (option.name == "apparmor" && option.value != "unconfined" && !facts.apparmor)
            throw NotImplemented("this host's kernel has no AppArmor (CONFIG_SECURITY_APPARMOR): {}", text);
    }
}

/// The runtime is told of the root and of more by annotations of dhow's own.
void check_annotations(const HostConfig& host) {
    for (const auto& [name, value] : host.annotations)
        if (name.starts_with("dhow."))
            throw InvalidArgument("annotation {} is not allowed: names in dhow. are dhow's own", name);
}

/// What the API has and dhow does not: each is refused in its own words.
void refuse_the_impossible(const HostConfig& host) {
    if (!host.storage_opt.empty())
        throw InvalidArgument(
            "--storage-opt is supported only for overlay over xfs with 'pquota' mount option, which dhow "
            "does not use");
    if (!host.isolation.empty() && host.isolation != "default")
        throw InvalidArgument("invalid isolation '{}' on linux", host.isolation);
    static constexpr std::array runtimes{"", "dhow-runtime", "runc", "io.containerd.runc.v2"};
    if (std::ranges::find(runtimes, host.runtime) == runtimes.end())
        throw InvalidArgument("unknown or invalid runtime name: {}", host.runtime);
    if (!host.volume_driver.empty() && host.volume_driver != "local")
        throw NotFound("error looking up volume plugin {}: plugin \"{}\" not found", host.volume_driver,
                       host.volume_driver);
    if (!host.cgroup.empty())
        throw InvalidArgument("HostConfig.Cgroup is not supported: no container joins a cgroup");
}

}  // namespace

SecurityOption parse_security_option(const std::string& text) {
    auto separator = text.find('=');
    if (separator == std::string::npos) separator = text.find(':');
    SecurityOption option{text.substr(0, separator),
                          separator == std::string::npos ? "" : text.substr(separator + 1)};
    bool flag = separator == std::string::npos;
    if (option.name == "no-new-privileges") {
        if (flag) option.value = "true";
        if (option.value != "true" && option.value != "false")
            throw InvalidArgument("invalid --security-opt 2: \"{}\"", text);
        return option;
    }
    if (flag) throw InvalidArgument("invalid --security-opt 1: \"{}\"", text);
    if (option.name == "label") {
        if (option.value != "disable")
            throw NotImplemented("this host has no SELinux that dhow could label for: {}", text);
        return option;
    }
    if (option.name == "systempaths") {
        if (option.value != "unconfined") throw InvalidArgument("invalid --security-opt 2: \"{}\"", text);
        return option;
    }
    if (option.name != "seccomp" && option.name != "apparmor")
        throw InvalidArgument("invalid --security-opt 2: \"{}\"", text);
    return option;
}

PortName parse_port(std::string_view text) {
    PortName result;
    auto slash = text.find('/');
    auto number = text.substr(0, slash);
    if (slash != std::string_view::npos) result.protocol = lower(text.substr(slash + 1));
    auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), result.port);
    if (error != std::errc() || end != number.data() + number.size() || number.empty() || result.port == 0)
        throw InvalidArgument("invalid port specification: \"{}\"", text);
    if (result.protocol != "tcp" && result.protocol != "udp" && result.protocol != "sctp")
        throw InvalidArgument("invalid port specification: \"{}\": unknown protocol", text);
    return result;
}

PortRange parse_host_ports(std::string_view text) {
    PortRange range;
    if (text.empty()) return range;
    auto dash = text.find('-');
    auto number = [&](std::string_view digits) {
        std::uint16_t value = 0;
        auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc() || end != digits.data() + digits.size() || digits.empty())
            throw InvalidArgument("invalid port specification: \"{}\"", text);
        return value;
    };
    range.first = number(text.substr(0, dash));
    range.last = dash == std::string_view::npos ? range.first : number(text.substr(dash + 1));
    if (range.last < range.first) throw InvalidArgument("invalid port specification: \"{}\"", text);
    return range;
}

std::vector<std::string> validate(const ContainerConfig& config, const HostConfig& host_config,
                                  const Host& host) {
    check_config(config);
    auto warnings = validate_resources(host_config, host);
    validate_namespaces(config, host_config);
    validate_restart_policy(host_config.restart_policy);
    const auto& policy = host_config.restart_policy.name;
    if (host_config.auto_remove && !policy.empty() && policy != "no")
        throw InvalidArgument("can't create 'AutoRemove' container with restart policy");
    if (host_config.shm_size < 0) throw InvalidArgument("SHM size can not be less than 0");
    if (host_config.oom_score_adj < -1000 || host_config.oom_score_adj > 1000)
        throw InvalidArgument("Invalid value {}, range for oom score adj is [-1000, 1000]",
                              host_config.oom_score_adj);
    for (const auto& [port, bindings] : host_config.port_bindings) {
        parse_port(port);
        if (!bindings) continue;
        for (const auto& binding : *bindings) parse_host_ports(binding.host_port);
    }
    if (host_config.console_size.size() != 0 && host_config.console_size.size() != 2)
        throw InvalidArgument("invalid console size: rows and columns are wanted");
    check_sysctls(host_config);
    check_extra_hosts(host_config);
    check_security(host_config, host);
    check_annotations(host_config);
    refuse_the_impossible(host_config);
    validate_mounts(host_config);
    if (host_config.network_mode == "host" && !host_config.port_bindings.empty())
        warnings.emplace_back("Published ports are discarded when using host network mode");
    return warnings;
}

}  // namespace dhow::engine
