#include <algorithm>
#include <array>
#include <cctype>

#include "base/error.hpp"
#include "runtime/parent/plans.hpp"

namespace dhow::runtime::parent {

namespace {

constexpr std::array<std::string_view, 8> ipc_settings{
    "kernel/msgmax", "kernel/msgmnb", "kernel/msgmni", "kernel/sem",
    "kernel/shmall", "kernel/shmmax", "kernel/shmmni", "kernel/shm_rmid_forced"};

/// "net.ipv4.ip_forward" and "net/ipv4/conf/eth0.100/rp_filter" both: the first separator is the separator.
std::string path_of(const std::string& name) {
    std::string path = name;
    auto separator = name.find_first_of("./");
    if (separator != std::string::npos && name[separator] == '.')
        for (char& letter : path) letter = letter == '.' ? '/' : letter == '/' ? '.' : letter;
    bool good = separator != std::string::npos && !path.starts_with('/') && !path.ends_with('/') &&
                path.find("..") == std::string::npos && path.find("//") == std::string::npos;
    for (char letter : path)
        good = good && (std::isalnum(static_cast<unsigned char>(letter)) || letter == '_' || letter == '-' ||
                        letter == '.' || letter == '/');
    if (!good) throw InvalidArgument("invalid sysctl name \"{}\"", name);
    return path;
}

void check_owner(const oci::RuntimeConfig& config, const std::string& name, const std::string& path) {
    auto has = [&](std::string_view type) {
        return std::ranges::any_of(config.linux.namespaces,
                                   [&](const auto& each) { return each.type == type; });
    };
    if (std::ranges::find(ipc_settings, path) != ipc_settings.end() || path.starts_with("fs/mqueue/")) {
        if (!has("ipc"))
            throw InvalidArgument("sysctl \"{}\" is not allowed in the hosts ipc namespace", name);
    } else if (path.starts_with("net/")) {
        if (!has("network"))
            throw InvalidArgument("sysctl \"{}\" not allowed in host network namespace", name);
    } else if (path == "kernel/domainname") {
        if (!has("uts"))
            throw InvalidArgument("sysctl \"{}\" is not allowed in the hosts UTS namespace", name);
    } else if (path == "kernel/hostname") {
        throw InvalidArgument("sysctl \"{}\" conflicts with the OCI field \"hostname\"", name);
    } else {
        throw InvalidArgument("sysctl \"{}\" is not in a separate kernel namespace", name);
    }
}

}  // namespace

void plan_sysctls(const oci::RuntimeConfig& config, init::ContainerPlan& plan) {
    for (const auto& [name, value] : config.linux.sysctl) {
        auto path = path_of(name);
        check_owner(config, name, path);
        if (value.find('\0') != std::string::npos || value.find('\n') != std::string::npos)
            throw InvalidArgument("invalid value of sysctl \"{}\"", name);
        plan.sysctls.push_back({"sys/" + path, value});
    }
}

}  // namespace dhow::runtime::parent
