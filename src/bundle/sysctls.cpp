#include "bundle/sysctls.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/error.hpp"

namespace dhow::bundle {

namespace {

/// sysctl names of the IPC namespace (ipc_namespaces(7)).
constexpr std::array<std::string_view, 8> ipc_names{"kernel.msgmax", "kernel.msgmnb",         "kernel.msgmni",
                                                    "kernel.sem",    "kernel.shmall",         "kernel.shmmax",
                                                    "kernel.shmmni", "kernel.shm_rmid_forced"};

void check_words(const std::string& name, const std::string& value) {
    bool good_name =
        !name.empty() && name.find("..") == name.npos && std::ranges::all_of(name, [](unsigned char c) {
            return std::isalnum(c) || c == '.' || c == '/' || c == '_' || c == '-' || c == ':';
        });
    bool good_value =
        std::ranges::all_of(value, [](unsigned char c) { return c == '\t' || (c >= 0x20 && c < 0x7f); });
    if (!good_name || !good_value) throw InvalidArgument("invalid sysctl: {}={}", name, value);
}

void require_own(const Namespace& choice, const std::string& name, const char* which) {
    if (choice.mode == Namespace::Mode::host)
        throw InvalidArgument("sysctl '{}' not allowed in host {} namespace", name, which);
}

void check_namespaced(const Namespaces& namespaces, const std::string& name) {
    // Both separators are in use; with slashes, dots are part of a name ("net/ipv4/conf/eth0.1/forwarding").
    auto dotted = name;
    if (auto slash = name.find('/'); slash != name.npos && slash < name.find('.'))
        std::ranges::replace(dotted, '/', '.');
    if (std::ranges::find(ipc_names, dotted) != ipc_names.end() || dotted.starts_with("fs.mqueue."))
        return require_own(namespaces.ipc, name, "ipc");
    if (dotted.starts_with("net.")) return require_own(namespaces.network, name, "network");
    if (dotted == "kernel.domainname") return require_own(namespaces.uts, name, "UTS");
    throw InvalidArgument("sysctl \"{}\" is not in a separate kernel namespace", name);
}

}  // namespace

std::map<std::string, std::string> build_sysctls(const Spec& spec) {
    std::map<std::string, std::string> sysctls;
    if (spec.namespaces.network.mode == Namespace::Mode::own) {
        sysctls["net.ipv4.ip_unprivileged_port_start"] = "0";
        sysctls["net.ipv4.ping_group_range"] = "0 2147483647";
    }
    for (const auto& [name, value] : spec.sysctls) {
        check_words(name, value);
        check_namespaced(spec.namespaces, name);
        sysctls[name] = value;
    }
    return sysctls;
}

}  // namespace dhow::bundle
