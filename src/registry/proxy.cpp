#include "registry/proxy.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/text.hpp"
#include "registry/address.hpp"

namespace dhow::registry {

namespace {

std::string environment(std::initializer_list<const char*> names) {
    for (const auto* name : names)
        if (const char* value = std::getenv(name); value && *value) return value;
    return "";
}

struct HostAndPort {
    std::string host, port;  ///< the port "" when there is none
};

/// "host:5000", "[::1]:5000", "[::1]" and "::1".
HostAndPort split(std::string_view entry) {
    if (entry.starts_with('[')) {
        auto end = std::min(entry.find(']'), entry.size());
        auto port = entry.find(':', end);
        return {std::string(entry.substr(1, end - 1)),
                port == entry.npos ? "" : std::string(entry.substr(port + 1))};
    }
    auto colon = entry.find(':');
    if (colon == entry.npos || colon != entry.rfind(':')) return {std::string(entry), ""};
    return {std::string(entry.substr(0, colon)), std::string(entry.substr(colon + 1))};
}

bool is_meant(std::string_view entry, const std::string& host, const std::string& port) {
    if (entry == "*") return true;
    auto address = parse_address(host);
    if (auto network = parse_network(entry)) return address && network->holds(*address);
    auto [name, of_port] = split(entry);
    if (name.empty() || (!of_port.empty() && of_port != port)) return false;
    if (auto other = parse_address(name)) return address == other;
    if (name.starts_with("*.")) name.erase(0, 1);
    if (name.starts_with('.')) return host.ends_with(name);
    return host == name || host.ends_with("." + name);
}

}  // namespace

bool is_without_proxy(std::string_view no_proxy, const Url& url) {
    auto host = lower(url.host);
    while (!no_proxy.empty()) {
        auto comma = std::min(no_proxy.find(','), no_proxy.size());
        if (is_meant(lower(trim(no_proxy.substr(0, comma))), host, url.port)) return true;
        no_proxy.remove_prefix(std::min(comma + 1, no_proxy.size()));
    }
    return false;
}

std::string proxy_for(const Options& options, const Url& url) {
    bool tls = url.scheme == "https";
    auto proxy = tls ? options.https_proxy : options.http_proxy;
    if (proxy.empty())
        proxy = tls ? environment({"HTTPS_PROXY", "https_proxy"}) : environment({"HTTP_PROXY", "http_proxy"});
    auto none = options.no_proxy.empty() ? environment({"NO_PROXY", "no_proxy"}) : options.no_proxy;
    return is_loopback(url.host) || is_without_proxy(none, url) ? "" : proxy;
}

}  // namespace dhow::registry
