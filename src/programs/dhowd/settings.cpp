#include "programs/dhowd/settings.hpp"

#include <charconv>

#include "base/error.hpp"
#include "base/units.hpp"

namespace dhow::daemon {

namespace {

using Kind = Setting::Kind;

bool truth(const std::string& text) {
    if (text == "true" || text == "1") return true;
    if (text == "false" || text == "0") return false;
    throw InvalidArgument("\"{}\" is neither true nor false", text);
}

int number(const std::string& text) {
    int value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        throw InvalidArgument("\"{}\" is no number", text);
    return value;
}

/// "name=value"
std::pair<std::string, std::string> assignment(const std::string& text) {
    auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
        throw InvalidArgument("\"{}\" is not of the form name=value", text);
    return {text.substr(0, equals), text.substr(equals + 1)};
}

void set_bridge(Config& config, const std::string& value) {
    config.network.without_default_bridge = value == "none";
    if (value != "none") config.network.default_bridge.interface = value;
}

/// "nofile=1024:2048"
void add_ulimit(Config& config, const std::string& value) {
    auto [name, limits] = assignment(value);
    auto colon = limits.find(':');
    engine::Ulimit limit;
    limit.name = name;
    limit.soft = number(limits.substr(0, colon));
    limit.hard = colon == std::string::npos ? limit.soft : number(limits.substr(colon + 1));
    config.engine.ulimits.push_back(limit);
}

/// "base=172.30.0.0/16,size=24"
void add_pool(Config& config, const std::string& value) {
    network::AddressPool pool;
    std::size_t begin = 0;
    while (begin <= value.size()) {
        auto comma = std::min(value.find(',', begin), value.size());
        auto [name, text] = assignment(value.substr(begin, comma - begin));
        if (name == "base")
            pool.base = text;
        else if (name == "size")
            pool.size = number(text);
        else
            throw InvalidArgument("\"{}\" of an address pool is not known", name);
        begin = comma + 1;
    }
    config.network.address_pools.push_back(pool);
}

void set_log_level(Config& config, const std::string& value) {
    if (value != "debug" && value != "info" && value != "warn" && value != "error" && value != "fatal")
        throw InvalidArgument("invalid logging level: {}", value);
    config.log_level = value;
}

void require_live_restore(Config&, const std::string& value) {
    if (!truth(value))
        throw InvalidArgument("live-restore cannot be turned off: containers always outlive the daemon");
}

void require_own_runtime(Config&, const std::string& value) {
    if (value != "dhow") throw InvalidArgument("unknown or invalid runtime name: {}", value);
}

void require_overlay(Config&, const std::string& value) {
    if (value != "overlay2" && value != "overlayfs")
        throw InvalidArgument("storage driver {} is not supported: dhow's layers are overlayfs's", value);
}

const Setting table[] = {
    {"bip", 0, "bip", Kind::value, "Address of the default bridge, with its prefix length",
     [](Config& c, const std::string& v) { c.network.default_bridge.bip = v; }},
    {"bridge", 'b', "bridge", Kind::value, "Interface of the default bridge, or none", set_bridge},
    {"cgroup-parent", 0, "cgroup-parent", Kind::value, "Parent of all containers' cgroups",
     [](Config& c, const std::string& v) { c.engine.cgroup_parent = v; }},
    {"certs-dir", 0, "certs-dir", Kind::value,
     "Folder of registries' certificates, as HOST[:PORT]/{ca.crt,client.cert,client.key}",
     [](Config& c, const std::string& v) { c.registries.certificate_folders = {v}; }},
    {"config-file", 0, "", Kind::value, "Configuration file",
     [](Config& c, const std::string& v) { c.config_file = v; }},
    {"data-root", 0, "data-root", Kind::value, "Folder of images, containers and volumes",
     [](Config& c, const std::string& v) { c.engine.data_root = v; }},
    {"debug", 'D', "debug", Kind::flag, "Log what is done in detail",
     [](Config& c, const std::string& v) { c.debug = c.engine.debug = truth(v); }},
    {"default-address-pool", 0, "default-address-pools", Kind::list,
     "Pool for networks: base=CIDR,size=PREFIX", add_pool},
    {"default-gateway", 0, "default-gateway", Kind::value, "Gateway of the default bridge (IPv4)",
     [](Config& c, const std::string& v) { c.network.default_bridge.default_gateway = v; }},
    {"default-runtime", 0, "default-runtime", Kind::value, "Runtime of containers: dhow is the only one",
     require_own_runtime},
    {"default-shm-size", 0, "default-shm-size", Kind::value, "Size of /dev/shm of containers",
     [](Config& c, const std::string& v) { c.engine.shm_size = parse_size(v); }},
    {"default-ulimit", 0, "default-ulimits", Kind::list, "Limit of containers: name=soft[:hard]", add_ulimit},
    {"dns", 0, "dns", Kind::list, "Name server of containers",
     [](Config& c, const std::string& v) { c.engine.dns.push_back(v); }},
    {"dns-opt", 0, "dns-opts", Kind::list, "Option of containers' resolver",
     [](Config& c, const std::string& v) { c.engine.dns_options.push_back(v); }},
    {"dns-search", 0, "dns-search", Kind::list, "Search domain of containers",
     [](Config& c, const std::string& v) { c.engine.dns_search.push_back(v); }},
    {"exec-root", 0, "exec-root", Kind::value, "Folder of what runs; on a tmpfs",
     [](Config& c, const std::string& v) { c.engine.exec_root = v; }},
    {"fixed-cidr", 0, "fixed-cidr", Kind::value,
     "Range of containers' addresses on the default bridge (IPv4)",
     [](Config& c, const std::string& v) { c.network.default_bridge.fixed_cidr = v; }},
    {"fixed-cidr-v6", 0, "fixed-cidr-v6", Kind::value, "The same for IPv6",
     [](Config& c, const std::string& v) { c.network.default_bridge.fixed_cidr_v6 = v; }},
    {"group", 'G', "group", Kind::value, "Group that may use the unix socket",
     [](Config& c, const std::string& v) { c.group = v; }},
    {"help", 'h', "", Kind::flag, "Print this",
     [](Config& c, const std::string& v) { c.show_help = truth(v); }},
    {"host", 'H', "hosts", Kind::list, "Address to listen on: unix://PATH or tcp://HOST:PORT",
     [](Config& c, const std::string& v) { c.hosts.push_back(v); }},
    {"http-proxy", 0, "http-proxy", Kind::value, "Proxy for registries without TLS",
     [](Config& c, const std::string& v) { c.registries.http_proxy = v; }},
    {"https-proxy", 0, "https-proxy", Kind::value, "Proxy for registries with TLS",
     [](Config& c, const std::string& v) { c.registries.https_proxy = v; }},
    {"icc", 0, "icc", Kind::flag, "Containers of the default bridge may talk to each other",
     [](Config& c, const std::string& v) { c.network.icc = truth(v); }},
    {"init", 0, "init", Kind::flag, "Run an init in containers",
     [](Config& c, const std::string& v) { c.engine.init_by_default = truth(v); }},
    {"init-path", 0, "init-path", Kind::value, "The program of --init",
     [](Config& c, const std::string& v) { c.engine.init = v; }},
    {"insecure-registry", 0, "insecure-registries", Kind::list,
     "Registry (HOST[:PORT] or CIDR) whose certificate need not be good, or that has no TLS",
     [](Config& c, const std::string& v) { c.registries.insecure.push_back(registry::check_insecure(v)); }},
    {"ip", 0, "ip", Kind::value, "Address that ports are published on by default",
     [](Config& c, const std::string& v) { c.network.host_address = v; }},
    {"ip-forward", 0, "ip-forward", Kind::flag, "Turn IP forwarding on",
     [](Config& c, const std::string& v) { c.network.ip_forward = truth(v); }},
    {"ip-masq", 0, "ip-masq", Kind::flag, "Masquerade what leaves the default bridge",
     [](Config& c, const std::string& v) { c.network.masquerade = truth(v); }},
    {"iptables", 0, "iptables", Kind::flag, "Make firewall rules",
     [](Config& c, const std::string& v) { c.network.firewall = truth(v); }},
    {"ipv6", 0, "ipv6", Kind::flag, "IPv6 on the default bridge",
     [](Config& c, const std::string& v) { c.network.default_bridge.ipv6 = truth(v); }},
    {"label", 0, "labels", Kind::list, "Label of the daemon: name=value",
     [](Config& c, const std::string& v) { c.engine.labels.push_back(v); }},
    {"live-restore", 0, "live-restore", Kind::flag, "Always on: containers outlive the daemon",
     require_live_restore},
    {"log-driver", 0, "log-driver", Kind::value, "Default log driver of containers: json-file, local or none",
     [](Config& c, const std::string& v) { c.engine.log.type = v; }},
    {"log-level", 'l', "log-level", Kind::value, "debug, info, warn or error", set_log_level},
    {"log-opt", 0, "log-opts", Kind::list, "Default option of containers' logs: name=value",
     [](Config& c, const std::string& v) { c.engine.log.config.insert(assignment(v)); }},
    {"mtu", 0, "mtu", Kind::value, "MTU of the default bridge",
     [](Config& c, const std::string& v) { c.network.mtu = static_cast<std::uint32_t>(number(v)); }},
    {"no-new-privileges", 0, "no-new-privileges", Kind::flag,
     "Set no-new-privileges for containers by default",
     [](Config& c, const std::string& v) { c.engine.no_new_privileges = truth(v); }},
    {"no-proxy", 0, "no-proxy", Kind::value, "Hosts that are reached without a proxy, separated by ','",
     [](Config& c, const std::string& v) { c.registries.no_proxy = v; }},
    {"pidfile", 'p', "pidfile", Kind::value, "File of the daemon's pid",
     [](Config& c, const std::string& v) { c.pidfile = v; }},
    {"registry-mirror", 0, "registry-mirrors", Kind::list, "URL of a mirror of docker.io",
     [](Config& c, const std::string& v) { c.registries.mirrors.push_back(registry::check_mirror(v)); }},
    {"storage-driver", 's', "storage-driver", Kind::value, "Storage driver: overlay2 is the only one",
     require_overlay},
    {"userland-proxy", 0, "userland-proxy", Kind::flag, "Relay ports that the firewall cannot publish",
     [](Config& c, const std::string& v) { c.network.relay = truth(v); }},
    {"validate", 0, "", Kind::flag, "Check the configuration and end",
     [](Config& c, const std::string& v) { c.validate_only = truth(v); }},
    {"version", 'v', "", Kind::flag, "Print the version",
     [](Config& c, const std::string& v) { c.show_version = truth(v); }},
};

}  // namespace

std::span<const Setting> settings() { return table; }

}  // namespace dhow::daemon
